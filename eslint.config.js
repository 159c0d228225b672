import tseslint from 'typescript-eslint';

const io = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'http',
  'https',
  'http2',
  'child_process',
  'dgram',
  'dns',
  'os',
  'process',
  'worker_threads',
  'timers/promises',
];
const ioModules = io.flatMap((name) => [name, `node:${name}`]);

/** Import contract of one folder: `folders` of ours it must not import, and whether it may touch the world. */
function contract(folder, folders, { pure }) {
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: pure ? ioModules.map((name) => ({ name, message: `src/${folder} does no I/O.` })) : [],
          patterns: folders.map((name) => ({
            group: [`**/${name}/**`],
            message: `src/${folder} must not import src/${name} (docs/architecture.md, import contracts).`,
          })),
        },
      ],
      ...(pure && {
        'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'],
        'no-restricted-syntax': [
          'error',
          { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is passed in.' },
          {
            selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
            message: 'Time is passed in.',
          },
          {
            selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
            message: 'Randomness is passed in.',
          },
        ],
      }),
    },
  };
}

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'dist-release', '.cache', '**/*.gen.ts', '**/*.gen.js', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
      eqeqeq: 'error',
      'no-console': 'error',
      'preserve-caught-error': 'error',
    },
  },
  contract('domain', ['parse', 'agent', 'local', 'cli', 'kube', 'controllers', 'shell'], { pure: true }),
  contract('parse', ['agent', 'local', 'cli', 'kube', 'controllers', 'shell'], { pure: true }),
  contract('monitor', ['parse', 'agent', 'local', 'cli', 'kube', 'cluster', 'controllers', 'shell'], { pure: true }),
  contract('agent', ['parse', 'local', 'cli', 'controllers', 'shell'], { pure: false }),
  contract('authz', ['api', 'parse', 'agent', 'local', 'cluster', 'controllers', 'kube', 'cli', 'shell'], {
    pure: false,
  }),
  ...['dialects', 'decision'].map((part) =>
    contract(`authz/${part}`, ['api', 'parse', 'agent', 'local', 'cluster', 'controllers', 'kube', 'cli', 'shell'], {
      pure: true,
    }),
  ),
  contract(
    'http',
    [
      'api',
      'domain',
      'parse',
      'monitor',
      'agent',
      'authz',
      'enrol',
      'local',
      'cluster',
      'controllers',
      'kube',
      'cli',
      'shell',
    ],
    { pure: false },
  ),
  contract('enrol', ['parse', 'agent', 'authz', 'local', 'cluster', 'controllers', 'kube', 'cli', 'shell'], {
    pure: false,
  }),
  contract('local', ['cli', 'controllers', 'kube'], { pure: false }),
  contract('cluster', ['agent', 'local', 'controllers', 'cli', 'shell'], { pure: false }),
  contract('verify', ['parse', 'agent', 'local', 'cluster', 'controllers', 'kube', 'cli', 'shell'], { pure: false }),
  contract('controllers', ['agent', 'local', 'cli'], { pure: false }),
  contract('kube', ['api', 'domain', 'parse', 'monitor', 'agent', 'local', 'controllers', 'cli', 'shell'], {
    pure: false,
  }),
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', 'src/shell/**', 'src/domain/**', 'src/parse/**', 'src/monitor/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only src/cli and src/shell read process state.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': 'off',
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
