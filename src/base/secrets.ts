/**
 * @file Keeps passwords out of documents, logs, messages and pages.
 */

/** What stands in the place of a secret. */
const HIDDEN = "...";

/** A scheme and what follows it. (Lengths are bounded, so that no text takes long.) */
const URLS = /([a-z][a-z\d+.-]{0,30}:\/\/)(\S*)/gi;
/** The same in percent-encoding, up to the last `@`. */
const ENCODED_URLS = /([a-z][a-z\d+.-]{0,30}%3a(?:%2f){2})\S{0,512}%40/gi;
/** `user:password@host` without a scheme or its slashes, as some proxies are given. */
const BARE = /(?<![\w.%+-])[\w.%+-]{1,256}:[^\s@/\\]{1,256}@(?=[\w[])/g;
/** `key=value`, as in the query of a URL, in the keywords of a connection string, and in options. */
const PAIRS = /(?<=^|[?&;,\s'"])([\w%.-]+)(\s*=\s*)('(?:[^'\\]|\\.|'')*'|[^&\s]*?(?=['")\]]*(?:[&\s]|$)))/g;

const SECRET_KEY = /(?:password|passwd|passphrase|pwd|secret|token|api[-_]?key)$|^-*pass$/i;

/**
 * A text without the passwords that may be in it: users and passwords of URLs, whatever their scheme, also where a
 * password has signs that a URL should not have (`/`, `@`, `?`); and the values of `password=` and its like.
 *
 * It rather hides too much. Hidden twice is hidden once.
 */
export const hideSecrets = (text: string): string =>
  text
    .replace(ENCODED_URLS, `$1${HIDDEN}%40`)
    .replace(URLS, (_, scheme: string, rest: string) => scheme + hideUser(rest))
    .replace(BARE, `${HIDDEN}@`)
    .replace(PAIRS, (pair, key: string, equals: string) =>
      SECRET_KEY.test(decoded(key)) ? key + equals + HIDDEN : pair,
    );

/** What follows a scheme, without user and password: up to the last `@`, if there is one that a host may follow. */
function hideUser(rest: string): string {
  const at = rest.lastIndexOf("@");
  const authority = rest.split(/[/?#]/, 1)[0]!;
  // Behind a host alone an `@` is part of a path; behind a colon there may be a password with a slash.
  return at >= 0 && /[@:]/.test(authority) ? HIDDEN + rest.slice(at) : rest;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One argument of a command without its secrets; a password may have spaces there. */
export const hideInArgument = (argument: string): string =>
  /:\/\//.test(argument) ? hideSecrets(argument.replaceAll(/\s/g, "+")) : hideSecrets(argument);
