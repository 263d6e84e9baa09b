/**
 * @file The paper's theories, computed: their list, and one of them.
 */

import type { JSX } from "preact";
import { commandOf } from "../../report/theory/command.ts";
import type { TheoryAnswer, TheoryItem } from "../../web/api.ts";
import { Await, Empty } from "../parts/await.tsx";
import { DocumentParts } from "../parts/document.tsx";
import { Facts } from "../parts/facts.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { useResource } from "../resource.ts";
import { keepPercent, showSeconds, showTime } from "../words.ts";

/** The list. */
export function TheoriesPage(): JSX.Element {
  const theories = useResource<readonly TheoryItem[]>("/api/theories");
  return (
    <>
      <PageHead
        title="Theories"
        under="What the paper proves or computes, on data of yours: each by one command of shatter theory."
      />
      <Await resource={theories} what="the theories">
        {(items) =>
          items.length === 0 ? (
            <Empty>
              None was computed beside this lab yet. <code>shatter theory expressivity</code> takes a second:
              it builds the network of Theorem 1, with 2n + d weights, and has it fit any labels. Results of
              other folders are shown by <code>shatter serve --theories FOLDER</code>.
            </Empty>
          ) : (
            <ul class="experiments">
              {items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </ul>
          )
        }
      </Await>
    </>
  );
}

const Item = ({
  item: { id, title, source, data, finding, startedAt, seconds, isInterrupted },
}: {
  readonly item: TheoryItem;
}): JSX.Element => (
  <li>
    <div class="what">
      <h2>
        <a href={`/theories/${encodeURIComponent(id)}`}>{title}</a>
      </h2>
      <p class="soft">
        {source}
        {data !== null && ` · ${data}`}
      </p>
    </div>
    <p>{finding === null ? "Nothing came out yet." : keepPercent(finding)}</p>
    <div class="numbers">
      <p class="soft">
        <time dateTime={startedAt}>{showTime(startedAt)}</time>
      </p>
      <p class="soft">
        {showSeconds(seconds)} computed{isInterrupted && ", interrupted"}
      </p>
    </div>
  </li>
);

/** The page of one. */
export function TheoryPage({ id }: { readonly id: string }): JSX.Element {
  const path = `/api/theories/${encodeURIComponent(id)}`;
  const resource = useResource<TheoryAnswer>(path);
  return (
    <Await resource={resource} what="the theory">
      {({ document, files }) => <Theory id={id} path={path} document={document} files={files} />}
    </Await>
  );
}

function Theory({
  id,
  path,
  document,
  files,
}: TheoryAnswer & { readonly id: string; readonly path: string }): JSX.Element {
  const { title, source, question, findings, method, settings, provenance } = document;
  const [first = "", ...more] = findings;
  return (
    <>
      <PageHead title={title} over={source} under={question} />
      {provenance.interrupted && <p class="notice">It was interrupted: some numbers are missing.</p>}
      <DocumentParts
        path={path}
        result={document}
        files={files}
        outcome={first}
        repetitions="other"
        json={{ name: `${id}.json`, from: `${path}/files/result.json` }}
      >
        <Sentences title="What came out" sentences={more} />
      </DocumentParts>
      <Sentences title="How it was computed" sentences={method} />
      <section>
        <h2>Settings</h2>
        <p class="soft">
          Of <code>{commandOf(document)}</code>, by the name of the option.
        </p>
        <Facts facts={Object.entries(settings).map(([option, value]) => [option, String(value ?? "–")])} />
      </section>
    </>
  );
}

const Sentences = ({
  title,
  sentences,
}: {
  readonly title: string;
  readonly sentences: readonly string[];
}): JSX.Element | null =>
  sentences.length === 0 ? null : (
    <section>
      <h2>{title}</h2>
      <ul class="notes">
        {sentences.map((sentence) => (
          <li key={sentence}>{keepPercent(sentence)}</li>
        ))}
      </ul>
    </section>
  );
