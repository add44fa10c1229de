// Where short messages appear: loaded when the page has drawn, since none comes before.
import { useComputedColorScheme } from "@mantine/core";
import { Toaster } from "sonner";

export default function Toasts() {
  const scheme = useComputedColorScheme("light");
  return <Toaster theme={scheme} position="top-center" richColors closeButton visibleToasts={3} />;
}
