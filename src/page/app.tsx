/**
 * @file The frame of every page: the way to the others, whether the server is heard, the theme.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LabAnswer } from "../web/api.ts";
import { reconnect, useHeard } from "./live.ts";
import { useAddress } from "./location.ts";
import { ComparePage } from "./pages/compare.tsx";
import { DataPage } from "./pages/data.tsx";
import { ExperimentPage } from "./pages/experiment.tsx";
import { ExperimentsPage } from "./pages/experiments.tsx";
import { TheoriesPage, TheoryPage } from "./pages/theories.tsx";
import { TrialPage } from "./pages/trial.tsx";
import { TrialsPage } from "./pages/trials.tsx";
import { WorkersPage } from "./pages/workers.tsx";
import { ThemeSwitch } from "./parts/theme-switch.tsx";
import { useResource } from "./resource.ts";

const ROOMS = [
  { path: "/", title: "Experiments" },
  { path: "/trials", title: "Trials" },
  { path: "/compare", title: "Compare" },
  { path: "/theories", title: "Theories" },
  { path: "/data", title: "Data" },
  { path: "/workers", title: "Workers" },
] as const;

/** What stands at a path; an id has no slash. */
function pageAt(address: URL): ComponentChildren {
  const [room, id, ...more] = address.pathname.split("/").slice(1).map(decodeURIComponent);
  if (more.length === 0) {
    if (id === undefined) {
      if (room === "") return <ExperimentsPage address={address} />;
      if (room === "trials") return <TrialsPage address={address} />;
      if (room === "compare") return <ComparePage address={address} />;
      if (room === "theories") return <TheoriesPage />;
      if (room === "data") return <DataPage address={address} />;
      if (room === "workers") return <WorkersPage />;
    } else if (id !== "") {
      if (room === "experiments") return <ExperimentPage key={id} id={id} />;
      if (room === "theories") return <TheoryPage key={id} id={id} />;
      if (room === "trials") return <TrialPage key={id} id={id} address={address} />;
    }
  }
  return (
    <>
      <h1>No such page</h1>
      <p>
        There is nothing at <code>{address.pathname}</code>. The <a href="/">list of experiments</a> is a good
        place to start.
      </p>
    </>
  );
}

/** The whole page. */
export function App(): JSX.Element {
  const address = useAddress();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // Who listens to the page rather than sees it is taken to what is new.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [address.pathname]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <a class="mark" href="/">
          Shatter
        </a>
        <Rooms path={address.pathname} />
        <ThemeSwitch />
      </header>
      <Disconnected />
      <main id="main" ref={main} tabIndex={-1}>
        {pageAt(address)}
      </main>
      <Foot />
    </>
  );
}

function Rooms({ path }: { readonly path: string }): JSX.Element {
  const isHere = (room: string): boolean =>
    room === "/" ? path === "/" || path.startsWith("/experiments/") : path.startsWith(room);
  return (
    <nav aria-label="Pages">
      {ROOMS.map((room) => (
        <a key={room.path} href={room.path} aria-current={isHere(room.path) ? "page" : undefined}>
          {room.title}
        </a>
      ))}
      {/* Another program, so it is loaded, not navigated to. */}
      <a href="/play/" target="_self">
        Playground
      </a>
    </nav>
  );
}

/** Says so while the server is not heard; what was loaded stays. */
function Disconnected(): JSX.Element {
  const { connection, trouble } = useHeard();
  return (
    <div role="status" class="connection">
      {trouble !== null && <p class="lost">The server is there, but: {trouble}</p>}
      {connection === "lost" && (
        <p class="lost">
          Disconnected, trying again. What you see may be old.{" "}
          <button type="button" class="plain" onClick={reconnect}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
}

function Foot(): JSX.Element {
  const { connection } = useHeard();
  const { data } = useResource<LabAnswer>("/api/lab");
  const heard = { connecting: "connecting", live: "live", lost: "disconnected" }[connection];
  return (
    <footer>
      <span class={`pulse ${connection}`}>{heard}</span>
      {data && (
        <>
          <span>{data.where}</span>
          <span>Shatter {data.version}</span>
          <span>
            {data.isWorking ? "This process trains, too." : "Workers train; this process only shows."}
          </span>
        </>
      )}
    </footer>
  );
}
