/**
 * @file The path a dashboard is mounted below by a reverse proxy, such as `/proxy/4242`; empty for the root.
 */

import { UsageError } from "../base/errors.ts";

/**
 * Check a base path; a slash at its end is no part of it.
 *
 * @throws UsageError if it is none. Only characters that mean the same in addresses, cookies and HTML are taken.
 */
export function parseBasePath(text: string): string {
  const path = text.replace(/\/$/, "");
  const parts = path.split("/").slice(1);
  const isPath = path === "" || (path.startsWith("/") && parts.every((part) => /^[\w.~@%:+-]+$/.test(part)));
  if (!isPath || parts.some((part) => part === "." || part === "..")) {
    throw new UsageError(`\`basePath\`: expected a path such as /proxy/4242, got ${JSON.stringify(text)}`);
  }
  return path;
}

/** A path as the server calls it, whether the proxy has taken the base path off or not. */
export const withoutBase = (path: string, basePath: string): string =>
  basePath !== "" && (path === basePath || path.startsWith(`${basePath}/`))
    ? path.slice(basePath.length) || "/"
    : path;
