/** @file What the compiler says of files, under the strictest of the flags that users have. */
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
};

/** These files, and what they import. The compiler reads and checks tfjs's declarations for each program anew. */
export const strictProgram = (files: readonly string[]): ts.Program => ts.createProgram(files, OPTIONS);

/** The errors in these files, one line each: `name:line: message`. Those of other files, which they import, are not ours. */
export function errorsIn(program: ts.Program, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({start, messageText}) => {
      const {line} = source.getLineAndCharacterOfPosition(start ?? 0);
      const text = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${file.split(/[\\/]/).at(-1)}:${line + 1}: ${text}`;
    });
  });
}
