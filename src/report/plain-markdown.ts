/**
 * @file Text in Markdown.
 */

/** Text that Markdown shows as it is. */
export const plainMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&").replaceAll(/\s+/g, " ");
