/**
 * @file Text in Markdown.
 */

/** Text that Markdown shows as it is, and of which terminals obey nothing. */
export const plainMarkdown = (text: string): string =>
  text
    .replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}/gu, "\uFFFD");
