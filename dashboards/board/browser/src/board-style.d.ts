/** A whole stylesheet as text; the build provides it. */
declare module "board-style" {
  const style: string;
  export default style;
}

declare module "replay-style" {
  const style: string;
  export default style;
}
