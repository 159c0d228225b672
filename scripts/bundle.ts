/** How the program is bundled, so that what is measured is what ships. */
import type { BuildOptions, OnResolveArgs, Plugin, PluginBuild } from 'esbuild';
import path from 'node:path';

const client = '@kubernetes/client-node';
const clientFiles = path.join('node_modules', client, path.sep);
const baseFiles = path.join('node_modules', '@dot-i', 'k8s-operator', path.sep);

/** All that the base of our shell takes of client-node. */
export const usedByBase = ['ApiextensionsV1Api', 'CoreV1Api', 'KubeConfig', 'Watch', 'loadYaml'];

/**
 * Leaves out what nobody uses of client-node: whole, it is 16 MB of text that each process would hold in memory. It does
 * not say of itself that its modules have no effects (but for a polyfill of old versions of Node), and the base, which is
 * CommonJS, would take all of it.
 */
const leanClient: Plugin = {
  name: 'lean-client',
  setup(build) {
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, (args) =>
      args.importer.includes(baseFiles) ? { path: client, namespace: 'base' } : withoutEffects(build, args),
    );
    build.onResolve({ filter: /^\./ }, (args) =>
      args.importer.includes(clientFiles) ? withoutEffects(build, args) : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'base' }, () => ({
      contents: `export { ${usedByBase.join(', ')} } from '${client}';`,
      resolveDir: import.meta.dirname,
    }));
  },
};

async function withoutEffects(build: PluginBuild, { path: name, ...args }: OnResolveArgs) {
  if (args.pluginData === leanClient) return undefined;
  // Asked for as an import: it is what the package has no other form of.
  const kind = 'import-statement';
  const found = await build.resolve(name, { ...args, kind, namespace: 'file', pluginData: leanClient });
  return { path: found.path, errors: found.errors, sideEffects: false };
}

export const bundleOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Names stay, so that stack traces say something.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  plugins: [leanClient],
  // CommonJS libraries inside an ES module ask for `require`.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;
