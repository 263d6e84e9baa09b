/**
 * @file Packs a measurement of training on a GPU for a machine without Node, registry or Vulkan loader.
 *
 *   node scripts/gpu-pack.ts FOLDER
 *   tar -cJf gpu-pack.tar.xz -C FOLDER .
 *   FOLDER/measure.sh                        # there: less than eight minutes, lines of JSON
 *   FOLDER/measure.sh --budget 60 --models mlp-1x512 --batch 8 --rows 64 --steps 4 --seconds 1 --trials 3   # a first try
 *
 * Packed are this machine's Node and ONNX Runtime, Debian's Vulkan loader where it is here, the bundled `scripts/gpu/measure.ts`
 * and PyTorch's peer. The driver of Vulkan is the machine's own: $VK_DRIVER_FILES, or where NVIDIA's is described.
 */

import { globSync } from "node:fs";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "vite";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("expected a folder: node scripts/gpu-pack.ts FOLDER");
const folder = resolve(target);
const here = join(import.meta.dirname, "..");
const modules = join(here, "node_modules");

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, "lib"), { recursive: true });
await build({
  root: here,
  configFile: false,
  logLevel: "error",
  ssr: { noExternal: true, external: ["onnxruntime-node"] },
  build: {
    ssr: join(here, "scripts", "gpu", "measure.ts"),
    outDir: folder,
    emptyOutDir: false,
    target: "node22",
    rollupOptions: { output: { entryFileNames: "measure.mjs" } },
  },
});
await cp(process.execPath, join(folder, "node"), { dereference: true });
for (const part of ["package.json", "dist", "bin/napi-v6/linux/x64"])
  await cp(join(modules, "onnxruntime-node", part), join(folder, "node_modules", "onnxruntime-node", part), {
    recursive: true,
  });
for (const part of ["package.json", "dist/cjs"])
  await cp(
    join(modules, "onnxruntime-common", part),
    join(folder, "node_modules", "onnxruntime-common", part),
    {
      recursive: true,
    },
  );
const [loader] = globSync("/usr/lib/{,*-linux-gnu/}libvulkan.so.1");
if (loader === undefined)
  process.stderr.write("no libvulkan.so.1 here, so none is packed: apt-get install libvulkan1\n");
else await cp(loader, join(folder, "lib", "libvulkan.so.1"), { dereference: true });
await cp(join(here, "bench", "pytorch_peer.py"), join(folder, "pytorch_peer.py"));
await writeFile(
  join(folder, "measure.sh"),
  `#!/bin/sh
# Training on this machine's GPU, on its processor, and in PyTorch where python3 has it; lines of JSON. Arguments go to measure.mjs.
cd "$(dirname "$0")" || exit 1
export LD_LIBRARY_PATH="$PWD/lib:$LD_LIBRARY_PATH"
if [ -z "$VK_DRIVER_FILES" ]; then
  for file in /usr/share/vulkan/icd.d/nvidia_icd*.json /etc/vulkan/icd.d/nvidia_icd*.json; do
    [ -e "$file" ] && export VK_DRIVER_FILES="$file"
  done
fi
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
./node measure.mjs "$@"
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  for model in mlp-1x512 mlp-3x512 alexnet inception inception-nobn; do
    python3 pytorch_peer.py speed --model $model --device cuda --steps 50
  done
else
  echo '{"pytorch": "not here, or without this GPU"}'
fi
`,
);
await chmod(join(folder, "measure.sh"), 0o755);
