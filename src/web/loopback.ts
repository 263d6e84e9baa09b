/**
 * @file Which addresses only this machine reaches.
 */

/** Whether nobody but this machine reaches an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
