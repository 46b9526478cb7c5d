declare module "virtual:emoji" {
  /** One emoji a line, with its short names behind it. */
  const list: string;
  export default list;
}
