/**
 * Builds everything the browser loads into ../dist. `--check` builds in memory and fails if dist differs.
 * The manifest lists the hashes of all sources and outputs, so that a test without Node can tell a stale dist.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "..", "dist");
const INTER = "node_modules/@fontsource-variable/inter";
const NOTICES = "third_party_licenses.txt";
const BANNER = `/*! Patchbay, MIT. Third-party notices: ${NOTICES} */`;

const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

async function styles() {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: {
      board: "src/style/board_page.css",
      sign_in: "src/style/sign_in_page.css",
      tokens: "src/style/tokens_page.css",
    },
    outdir: "out",
    external: ["*.woff2"],
    banner: { css: BANNER },
  });
  return named(outputFiles);
}

/** A style as a module of text, for the shadow roots of the Panel entries. */
const boardStyle = {
  name: "board-style",
  setup(plugins) {
    plugins.onResolve({ filter: /^(board|replay)-style$/ }, ({ path }) => ({ path: path.split("-")[0], namespace: "board-style" }));
    plugins.onLoad({ filter: /.*/, namespace: "board-style" }, async ({ path }) => {
      const { outputFiles } = await build({ ...COMMON, entryPoints: [`src/style/${path}.css`], outdir: "out" });
      return { contents: outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

async function scripts() {
  const { outputFiles, metafile } = await build({
    ...COMMON,
    entryPoints: {
      "board.bundle": "src/panel.tsx",
      "replay.bundle": "src/replay.tsx",
      standalone: "src/standalone.tsx",
      sign_in: "src/sign_in_page.ts",
    },
    outdir: "out",
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: BANNER },
    plugins: [boardStyle],
  });
  return { files: named(outputFiles), inputs: Object.keys(metafile.inputs) };
}

async function fonts() {
  const subset = (name) => readFile(join(HERE, INTER, "files", `inter-${name}-wght-normal.woff2`));
  return { "inter-latin.woff2": await subset("latin"), "inter-latin-ext.woff2": await subset("latin-ext") };
}

/** The pages name their script and style with a hash, so that both may be cached for ever. */
async function pages(built) {
  const page = async (name) =>
    (await readFile(join(HERE, "src/pages", name), "utf8")).replace(/%([\w.]+)%/g, (_, asset) => sha256(built[asset]).slice(0, 12));
  return {
    "board.html": await page("board.html"),
    "sign_in.html": await page("sign_in.html"),
    "favicon.svg": await readFile(join(HERE, "src/pages/favicon.svg")),
  };
}

/** The licence of every package that has a line in a bundle. */
async function notices(inputs) {
  const roots = new Set(inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const texts = await Promise.all([...roots, INTER].sort().map(async (root) => {
    const about = JSON.parse(await readFile(join(HERE, root, "package.json"), "utf8"));
    const file = (await readdir(join(HERE, root))).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(join(HERE, root, file), "utf8") : "(the package carries no licence text)\n";
    return `${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
  }));
  return texts.join(`\n${"-".repeat(78)}\n\n`);
}

async function sources() {
  const files = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json", ...(await walk("src"))];
  const hashes = await Promise.all(files.sort().map(async (file) => [file, sha256(await readFile(join(HERE, file)))]));
  return Object.fromEntries(hashes);
}

async function walk(folder) {
  const entries = await readdir(join(HERE, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(HERE, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"));
}

async function everything() {
  const { files, inputs } = await scripts();
  const built = { ...files, ...(await styles()), ...(await fonts()) };
  Object.assign(built, await pages(built), { [NOTICES]: await notices(inputs) });
  const outputs = Object.fromEntries(Object.keys(built).sort().map((name) => [name, sha256(built[name])]));
  built["manifest.json"] = `${JSON.stringify({ sources: await sources(), outputs }, null, 2)}\n`;
  return built;
}

function named(outputFiles) {
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [path.split(sep).pop(), contents]));
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

async function check(built) {
  const stale = [];
  for (const [name, content] of Object.entries(built)) {
    const kept = await readFile(join(DIST, name)).catch(() => Buffer.alloc(0));
    if (sha256(kept) !== sha256(content)) stale.push(name);
  }
  if (stale.length === 0) return console.log("dist matches its sources");
  console.error(`dist is out of date: ${stale.join(", ")}. Run: npm run build`);
  process.exitCode = 1;
}

async function write(built) {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  for (const [name, content] of Object.entries(built)) {
    await writeFile(join(DIST, name), content);
    console.log(`${name.padEnd(28)} ${(Buffer.byteLength(content) / 1000).toFixed(1).padStart(8)} kB`);
  }
}

const built = await everything();
await (process.argv.includes("--check") ? check(built) : write(built));
