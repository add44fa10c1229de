// The look of everything: colours, type and shape as a Mantine theme.
//
// The option colours live in components/options.ts, fonts and page-wide rules in styles/global.css.
import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Violet-indigo: the one brand hue. */
const violet: MantineColorsTuple = [
  "#f3f0ff",
  "#e3ddff",
  "#c6bcff",
  "#a697ff",
  "#8a76fb",
  "#7059f0",
  "#5842dc",
  "#4a36bd",
  "#3c2c9c",
  "#2c2073",
];

/** Marigold: the warm accent, for joy and for what is new. */
const marigold: MantineColorsTuple = [
  "#fff6e5",
  "#ffeacb",
  "#ffd699",
  "#ffc566",
  "#ffb238",
  "#f9a11b",
  "#d98200",
  "#a86400",
  "#7a4800",
  "#4d2d00",
];

/** Greys of the dark scheme, with a breath of violet. */
const dark: MantineColorsTuple = [
  "#e9e6f7",
  "#c9c4e0",
  "#aaa4c6",
  "#79739a",
  "#4a4468",
  "#3a3556",
  "#2a2644",
  "#1d1934",
  "#14112a",
  "#0d0b1d",
];

export const DISPLAY_FONT = "'Bricolage Grotesque Variable', 'Inter Variable', system-ui, sans-serif";

export const theme = createTheme({
  colors: { violet, marigold, dark },
  primaryColor: "violet",
  primaryShade: { light: 6, dark: 5 },
  black: "#1a1533",
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  headings: { fontFamily: DISPLAY_FONT, fontWeight: "700", textWrap: "balance" },
  defaultRadius: "lg",
  radius: { xs: "6px", sm: "8px", md: "12px", lg: "16px", xl: "28px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "md" }, styles: { root: { minHeight: 44 } } },
    ActionIcon: { defaultProps: { size: 44, variant: "subtle" } },
    Drawer: { styles: { title: { fontFamily: DISPLAY_FONT, fontSize: "1.4rem", fontWeight: 700 } } },
    Modal: { styles: { title: { fontFamily: DISPLAY_FONT, fontSize: "1.4rem", fontWeight: 700 } } },
    TextInput: { defaultProps: { size: "md" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});
