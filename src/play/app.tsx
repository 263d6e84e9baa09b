/**
 * @file The frame of the playground: the way to its pages, what an address said that cannot be, the theme.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ThemeSwitch } from "../page/parts/theme-switch.tsx";
import { go, usePlayAddress } from "./address.ts";
import { LAZY } from "./pages.ts";
import { RacePage } from "./race-page.tsx";
import { PAGES, type PageName, type PlayState, writeHash } from "./state.ts";

const NAMES = (Object.keys(PAGES) as PageName[]).filter((name) => name === "race" || LAZY[name]);

/** The whole playground. */
export function App(): JSX.Element {
  const { page, state, complaints } = usePlayAddress();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.documentElement.classList.toggle("big", state.big);
  }, [state.big]);
  return (
    <>
      <button class="skip" type="button" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="bar">
        <a class="mark" href={writeHash("race", { ...state, view: "" })}>
          Shatter <span class="soft">playground</span>
        </a>
        <nav aria-label="Pages">
          {NAMES.map((name) => (
            <a
              key={name}
              href={writeHash(name, name === page ? state : { ...state, view: "" })}
              aria-current={name === page ? "page" : undefined}
            >
              {PAGES[name]}
            </a>
          ))}
        </nav>
        <label class="projector">
          <input
            type="checkbox"
            checked={state.big}
            onChange={({ currentTarget }) =>
              go(page, { ...state, big: currentTarget.checked }, { replace: true })
            }
          />
          Projector
        </label>
        <ThemeSwitch />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Complaints page={page} state={state} complaints={complaints} />
        {page === "race" ? <RacePage state={state} /> : <LazyPage key={page} name={page} />}
      </main>
    </>
  );
}

/** What of the address was left out; gone once the address is that of what is shown. */
function Complaints({
  page,
  state,
  complaints,
}: {
  readonly page: PageName;
  readonly state: PlayState;
  readonly complaints: readonly string[];
}): JSX.Element | null {
  if (complaints.length === 0) return null;
  return (
    <div class="notice" role="status">
      <p>This address says something that cannot be shown. Everything else is as it says.</p>
      <ul>
        {complaints.map((complaint) => (
          <li key={complaint}>{complaint}</li>
        ))}
      </ul>
      <button type="button" class="plain" onClick={() => go(page, state, { replace: true })}>
        All right
      </button>
    </div>
  );
}

/** A page that is loaded when it is opened. */
function LazyPage({ name }: { readonly name: PageName }): JSX.Element {
  const [Page, setPage] = useState<(() => JSX.Element) | string>();
  useEffect(() => {
    const load = LAZY[name];
    if (!load) return setPage("This page is not here yet.");
    load().then(
      (loaded) => setPage(() => loaded.Page),
      () =>
        setPage(
          "This page could not be loaded: is the connection there? Load the page again to try once more.",
        ),
    );
  }, [name]);
  if (typeof Page === "string") return <p class="notice">{Page}</p>;
  return Page ? <Page /> : <p class="loading">Loading …</p>;
}
