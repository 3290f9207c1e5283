import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // AssemblyScript reads as TypeScript, but its types and operators are its own; wrong programs are wrong.
  {ignores: ['dist', 'coverage', 'out', 'src/kernels/twins/host/assembly', 'test/types/wrong']},
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {parserOptions: {projectService: true}},
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // tfjs types most results by their rank's union: an assertion says which one it is.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', {allowArray: true, allowNumber: true}],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_'}],
      eqeqeq: ['error', 'always', {null: 'ignore'}],
    },
  },
  {
    // Some of their functions run in a page.
    files: ['scripts/site/**/*.mjs'],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        document: 'readonly',
        getSelection: 'readonly',
        location: 'readonly',
        navigator: 'readonly',
        performance: 'readonly',
        requestAnimationFrame: 'readonly',
      },
    },
  },
  {files: ['**/*.{js,mjs,cjs}'], languageOptions: {globals: {process: 'readonly', console: 'readonly'}}},
);
