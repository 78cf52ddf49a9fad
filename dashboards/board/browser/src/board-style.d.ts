/** The whole stylesheet as text; the build provides it. */
declare module "board-style" {
  const style: string;
  export default style;
}
