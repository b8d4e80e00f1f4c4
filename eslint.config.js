import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** `t.match` compares only what the pattern has: an empty list or object in it matches every one. */
const EMPTY_PATTERNS = [
  'ArrayExpression[elements.length=0]',
  'ObjectExpression[properties.length=0]',
].flatMap((empty) =>
  [
    `> ${empty}.arguments:not(:first-child)`,
    `> .arguments:not(:first-child):not(CallExpression) ${empty}`,
  ].map((place) => ({
    selector: `CallExpression[callee.property.name="match"][callee.object.name="t"] ${place}`,
    message: 'It matches anything. Use t.strictSame, or { length: 0 } for a list in a pattern.',
  })),
)

export default tseslint.config(
  {
    ignores: [
      'dist',
      'executable',
      '.tap',
      '.conformance',
      '.simulation',
      '.mutation',
      'coverage',
      'docs/api',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers and URLs read well in messages as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Port methods and stream hooks are async by contract even where one body has nothing to await.
      '@typescript-eslint/require-await': 'off',
      // Its `!` is forbidden by no-non-null-assertion; a cast has its reason beside it.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // t.test() returns a promise tap itself awaits.
      '@typescript-eslint/no-floating-promises': 'off',
      'no-restricted-syntax': ['error', ...EMPTY_PATTERNS],
    },
  },
  {
    files: ['examples/**/*.ts'],
    rules: {
      'no-console': 'off', // they are programs
      // on() returns the upload, which is a promise that the program awaits elsewhere.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafePromises: [{ from: 'file', name: 'ArchiveUpload' }] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    ignores: ['lib/local/page/**'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
  {
    // The page of the local vault: what a server says becomes text in it, never HTML or code.
    files: ['lib/local/page/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['AbortSignal', 'DOMException', 'Element', 'HTMLElement', 'HTMLFormElement', 'HTMLInputElement'],
          ...[
            'HTMLSelectElement',
            'Intl',
            'Node',
            'URL',
            'URLSearchParams',
            'clearTimeout',
            'document',
            'fetch',
          ],
          ...['history', 'location', 'performance', 'sessionStorage', 'window'],
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-properties': [
        'error',
        ...[
          'innerHTML',
          'outerHTML',
          'insertAdjacentHTML',
          'setHTMLUnsafe',
          'srcdoc',
          'write',
          'writeln',
        ].map((property) => ({
          property,
          message: 'Build elements and give them text: lib/local/page/dom.js.',
        })),
      ],
    },
  },
)
