// The app's frame: providers, routes, and what is shown when a page is loading, missing or broken.
//
// A page is the default export of `features/NAME/index.tsx`. Each is a chunk of its own, loaded when its address is opened.
import { DirectionProvider, localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, Route, Switch, useSearch } from "wouter";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { NotFound } from "./components/NotFound";
import { PageLoading } from "./components/PageLoading";
import { styleNonce } from "./lib/nonce";
import { theme } from "./theme";

const Toasts = lazy(() => import("./components/Toasts"));

type Page = { default: ComponentType };

const features = import.meta.glob<Page>("./features/*/index.tsx");

/** The page of a feature, loaded when first drawn. */
function page(name: string): ComponentType {
  const loader = features[`./features/${name}/index.tsx`];
  return loader === undefined ? NotFound : lazy(loader);
}

const Home = page("home");
const Player = page("player");
const Host = page("host");
const Remote = page("remote");
const Studio = page("studio");
const Results = page("results");
const Demo = page("demo");

const schemes = localStorageColorSchemeManager({ key: "trivium.scheme" });

/** The whole app. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      getStyleNonce={styleNonce}
      deduplicateInlineStyles
    >
      <DirectionProvider>
        <ErrorBoundary>
          <Suspense fallback={<PageLoading />}>
            <Routes />
          </Suspense>
        </ErrorBoundary>
        <Suspense>
          <Toasts />
        </Suspense>
      </DirectionProvider>
    </MantineProvider>
  );
}

function Routes() {
  return (
    <Switch>
      <Route path="/" component={Entrance} />
      <Route path="/play/:code?" component={Player} />
      <Route path="/host/:roomId?" component={Host} />
      <Route path="/remote" component={Remote} />
      <Route path="/studio/:quizId?" component={Studio} />
      <Route path="/results/:roomId" component={Results} />
      <Route path="/demo-realtime" component={Demo} />
      <Route component={NotFound} />
    </Switch>
  );
}

/** The QR code on a projector leads to `/?code=X`, as short as an address can be; everybody else comes home. */
function Entrance() {
  const code = new URLSearchParams(useSearch()).get("code");
  return code === null ? <Home /> : <Redirect to={`/play/${encodeURIComponent(code)}`} replace />;
}
