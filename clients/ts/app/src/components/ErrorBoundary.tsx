// What a person sees when drawing a page fails: a sentence, and two ways on.
import { Button, Group, Stack, Text } from "@mantine/core";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "./FocusHeading";
import { PageFrame } from "./PageFrame";

interface State {
  readonly error: Error | undefined;
}

/** Catches what its children throw while drawing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error("a page failed", error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : <Broken error={this.state.error} />;
  }
}

function Broken({ error }: { error: Error }) {
  const { t } = useTranslation();
  return (
    <PageFrame>
      <Stack align="center" ta="center" gap="lg" py="15vh" px="md">
        <FocusHeading>{t("error.title")}</FocusHeading>
        <Text maw="32rem">{t("error.text")}</Text>
        <Text ff="monospace" size="sm" c="dimmed">
          {error.message}
        </Text>
        <Group justify="center">
          <Button onClick={() => location.reload()}>{t("error.reload")}</Button>
          <Button variant="default" component="a" href="/">
            {t("home")}
          </Button>
        </Group>
      </Stack>
    </PageFrame>
  );
}
