/**
 * @file Where data of one's own are dropped or chosen, and what is asked about them.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Choice } from "../../page/parts/fields.tsx";
import { filesOfChoice, filesOfDrop } from "./dropped.ts";
import type { OwnFile } from "./images.ts";
import type { OwnOptions } from "./read.ts";
import type { FromWorker, ReadHere, ToWorker } from "./worker.ts";

/** Sides of images that are offered, in pixels. */
const SIDES = [8, 16, 28, 32, 64];

const USUAL: OwnOptions = { size: 28 };

type Answer = FromWorker | { readonly type: "none" } | { readonly type: "reading" };

/** Read files in a worker, anew when something else is said of them; what was asked before is given up. */
function useReading(onRead: (read: ReadHere) => void) {
  const [answer, setAnswer] = useState<Answer>({ type: "none" });
  const worker = useRef<Worker>();
  // Whoever is told is who listens when the data have come, with what is set then.
  const told = useRef(onRead);
  told.current = onRead;
  const ask = (files: readonly OwnFile[], options: OwnOptions): void => {
    worker.current?.terminate();
    setAnswer({ type: "reading" });
    const reader = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = reader;
    const answered = (data: FromWorker): void => {
      reader.terminate();
      setAnswer(data);
      if (data.type === "read") told.current(data);
    };
    reader.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => answered(data));
    reader.addEventListener("error", () =>
      answered({
        type: "failed",
        error: "The files could not be read: is there enough memory? Take fewer of them.",
      }),
    );
    reader.postMessage({ files, options } satisfies ToWorker);
  };
  useEffect(() => () => worker.current?.terminate(), []);
  return { answer, ask };
}

/** The place for files. */
export function OwnDataPanel({
  onRead,
}: {
  /** Told of data that were read, and how they were understood. */
  readonly onRead: (read: ReadHere) => void;
}): JSX.Element {
  const { answer, ask } = useReading(onRead);
  const [files, setFiles] = useState<readonly OwnFile[]>([]);
  const [options, setOptions] = useState(USUAL);
  const [isOver, setOver] = useState(false);
  const take = (some: readonly OwnFile[]): void => {
    const fresh = { size: options.size };
    setFiles(some);
    setOptions(fresh);
    ask(some, fresh);
  };
  const say = (more: Partial<OwnOptions>): void => {
    const told = { ...options, ...more };
    setOptions(told);
    if (files.length > 0) ask(files, told);
  };
  return (
    <section
      class={`own-data${isOver ? " over" : ""}`}
      aria-label="Your own data"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) filesOfDrop(event.dataTransfer.items).then(take, () => take([]));
      }}
    >
      <p>
        Drop a folder with a folder of pictures for each class, a few photos, a table (.csv), NumPy arrays
        (.npz), or the files of MNIST or CIFAR-10 (binary). They are read here; nothing leaves this machine.
      </p>
      <div class="fields">
        <Chooser label="Choose files" take={take} />
        <Chooser label="Choose a folder" take={take} isFolder />
        <Choice
          label="Pictures become"
          value={String(options.size)}
          options={SIDES.map((side) => [String(side), `${side} × ${side} pixels`] as const)}
          onChange={(size) => say({ size: Number(size) })}
        />
        {"columns" in answer && answer.columns && (
          <Choice
            label="Column to be told"
            value={options.target ?? ""}
            any={answer.type === "read" ? "found by its name" : "choose one"}
            options={answer.columns.map((column) => [column, column] as const)}
            onChange={(target) => say({ target: target === "" ? undefined : target })}
          />
        )}
      </div>
      <Told answer={answer} />
      {answer.type === "which-classes" && (
        <Classes images={answer.images} files={files} onTold={(classes) => say({ classes })} />
      )}
    </section>
  );
}

/** A button that opens the browser's own choice of files. */
export function Chooser({
  label,
  take,
  accept,
  isFolder = false,
}: {
  readonly label: string;
  /** Told of one file or more. */
  readonly take: (files: readonly [OwnFile, ...OwnFile[]]) => void;
  /** Endings of a single file that is wanted; any files unless told. */
  readonly accept?: string;
  readonly isFolder?: boolean;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        class="unseen"
        type="file"
        multiple={accept === undefined}
        accept={accept}
        tabIndex={-1}
        aria-label={label}
        {...(isFolder && { webkitdirectory: true })}
        onChange={({ currentTarget }) => {
          const [first, ...others] = filesOfChoice(currentTarget.files);
          // The same files may be chosen again.
          currentTarget.value = "";
          if (first) take([first, ...others]);
        }}
      />
    </>
  );
}

function Told({ answer }: { readonly answer: Answer }): JSX.Element {
  return (
    <div role="status">
      {answer.type === "reading" && <p class="loading">Reading …</p>}
      {answer.type === "failed" && <p class="notice bad">{answer.error}</p>}
      {answer.type === "which-column" && (
        <p class="notice">
          Which column is to be told from the others? Its name does not say; choose one above.
        </p>
      )}
      {answer.type === "read" && (
        <ul class="understood">
          {answer.understood.map((sentence) => (
            // Options of the command line are not to be had here.
            <li key={sentence}>{sentence.replaceAll(/ \(`[^)]*`\)/g, "")}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Asks of each photo what it is of. */
function Classes({
  images,
  files,
  onTold,
}: {
  readonly images: readonly string[];
  readonly files: readonly OwnFile[];
  readonly onTold: (classes: Readonly<Record<string, string>>) => void;
}): JSX.Element {
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const told = images.map((path) => (names[path] ?? "").trim());
  const kinds = [...new Set(told.filter((name) => name !== ""))];
  const isReady = kinds.length > 1 && !told.includes("");
  return (
    <form
      class="which-classes"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onTold(Object.fromEntries(images.map((path, at) => [path, told[at]!])));
      }}
    >
      <p>
        What is on each picture? Two kinds or more, such as cup and spoon; two pictures of each, so that one
        can be the test.
      </p>
      <datalist id="own-kinds">
        {kinds.map((kind) => (
          <option key={kind} value={kind} />
        ))}
      </datalist>
      <ul class="photos">
        {images.slice(0, MOST_ASKED).map((path) => (
          <li key={path}>
            <Photo file={files.find((each) => each.path === path)!.file} />
            <input
              list="own-kinds"
              aria-label={`What is on ${path}`}
              value={names[path] ?? ""}
              onInput={({ currentTarget: { value } }) => setNames((now) => ({ ...now, [path]: value }))}
            />
          </li>
        ))}
      </ul>
      {images.length > MOST_ASKED && (
        <p class="notice">
          These are {images.length} pictures: put those of each class into a folder of its name, and drop the
          folder around them.
        </p>
      )}
      <button type="submit" class="strong" disabled={!isReady}>
        Use them
      </button>
    </form>
  );
}

/** Pictures that somebody would name one by one. */
const MOST_ASKED = 60;

function Photo({ file }: { readonly file: Blob }): JSX.Element {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return <img src={address} alt="" />;
}
