// Custom properties in React's `style`: the only way that values of the game get into the style sheets.
import "react";

declare module "react" {
  interface CSSProperties {
    [property: `--${string}`]: string | number | undefined;
  }
}
