/** What Vite makes of a file that is asked for by its address. */
declare module "*?url" {
  const address: string;
  export default address;
}
