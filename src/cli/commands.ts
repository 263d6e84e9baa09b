/**
 * @file The commands there are. Listing them loads none of them: each is in a file that is loaded when it is named.
 */

import type { CommandEntry } from "./add-commands.ts";

/** The commands by the heading they are listed under. */
export const groups: Readonly<Record<string, readonly CommandEntry[]>> = {
  "Ask:": [
    {
      usage: "test [options]",
      description: "train one model on true and randomized data, and say whether it learns or memorizes",
      make: async () => (await import("./test.ts")).testCommand(),
    },
    {
      usage: "run [options] <name>",
      description: "run an experiment of the paper, or of your own, and read its results beside the paper's",
      make: async () => (await import("./run.ts")).runCommand(),
    },
    {
      usage: "compare [options] <a> <b>",
      description: "train two recipes, models or data sets, and say whether they differ, seed by seed",
      make: async () => (await import("./compare.ts")).compareCommand(),
    },
    {
      usage: "lr [options]",
      description: "find a learning rate: one short training whose rate rises, and where its loss is least",
      make: async () => (await import("./theory/lr.ts")).lrCommand(),
    },
    {
      usage: "theory",
      description: "compute the theory of the paper: Theorem 1, kernels, implicit regularization, complexity",
      make: async () => (await import("./theory.ts")).theoryCommand(),
    },
    {
      usage: "report [options] <result>",
      description: "draw the report of a test, an experiment or a theory again, from its result.json",
      make: async () => (await import("./report.ts")).reportCommand(),
    },
    {
      usage: "replay [options] <result>",
      description:
        "train what a result.json of a test or an experiment describes again, and say what is equal",
      make: async () => (await import("./replay.ts")).replayCommand(),
    },
  ],
  "See it happen:": [
    {
      usage: "play [options]",
      description: "watch two networks race in the browser, one on true and one on random labels",
      make: async () => (await import("./play.ts")).playCommand(),
    },
  ],
  "See and share a lab:": [
    {
      usage: "serve [options]",
      description: "show a lab in the browser: experiments, trials and workers, as they go on",
      make: async () => (await import("./serve.ts")).serveCommand(),
    },
    {
      usage: "status [options]",
      description: "what a lab has done, what runs, and what waits",
      make: async () => (await import("./status.ts")).statusCommand(),
    },
    {
      usage: "worker [options]",
      description: "take trials from a lab on a PostgreSQL server, as many at once as this machine has cores",
      make: async () => (await import("./worker.ts")).workerCommand(),
    },
    {
      usage: "cancel [options] <ids...>",
      description: "stop the trials of an experiment, or single ones; what they learned is kept",
      make: async () => (await import("./cancel.ts")).cancelCommand(),
    },
    {
      usage: "retry [options] <ids...>",
      description: "put trials back into the queue that were cancelled or put into quarantine",
      make: async () => (await import("./cancel.ts")).retryCommand(),
    },
    {
      usage: "export [options]",
      description: "write a lab into a folder of JSON, CSV and checkpoints that another lab can import",
      make: async () => (await import("./bundle.ts")).exportCommand(),
    },
    {
      usage: "import [options] <folder>",
      description: "take what shatter export wrote into a lab; what the lab has already stays as it is",
      make: async () => (await import("./bundle.ts")).importCommand(),
    },
    {
      usage: "gc [options]",
      description:
        "remove checkpoints that nothing goes on from: of trials that are done or cancelled, and damaged ones",
      make: async () => (await import("./bundle.ts")).gcCommand(),
    },
  ],
  "What there is:": [
    {
      usage: "data",
      description: "list, fetch, check and show datasets",
      make: async () => (await import("./data.ts")).dataCommand(),
    },
    {
      usage: "model",
      description: "list the models, show what is in one, check a file, export what a trial trained",
      make: async () => (await import("./model.ts")).modelCommand(),
    },
    {
      usage: "doctor [options]",
      description: "say what works on this machine: engine, devices, memory, data",
      make: async () => (await import("./doctor.ts")).doctorCommand(),
    },
  ],
};
