/** @file Which parameters of the public functions and classes are records, as the compiler sees them. */
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

/** The module that exports them. */
export const PUBLIC = fileURLToPath(new URL('../../src/index.ts', import.meta.url));

/** Contracts that are made by the library or are an implementation: no record of options. */
const CONTRACTS =
  /^(Tensor|Operator|LinearSolver|LinearSolverConfig|NamedConfig|Preconditioner|IterativeSolver|Condition|Solver|QPSolver|Variable|Structure|TypedArray|Expression|Constraint)$/;

/** `name#i` of each public function or class whose parameter i is a record. */
export function recordParameters(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  const root = checker.getSymbolAtLocation(program.getSourceFile(PUBLIC)!)!;
  const found: string[] = [];
  const visit = (module: ts.Symbol, prefix: string) => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = prefix + exported.name;
      const isFunction = (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable)) !== 0;
      const isType = exported.declarations!.some(
        (node) => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node),
      );
      if (isType) continue;
      if (symbol.flags & ts.SymbolFlags.ValueModule && !isFunction) visit(symbol, `${name}.`);
      else if (symbol.flags & ts.SymbolFlags.Value) visitValue(symbol, name);
    }
  };
  const visitValue = (symbol: ts.Symbol, name: string) => {
    const type = checker.getTypeOfSymbol(symbol);
    const signature = [...type.getCallSignatures(), ...type.getConstructSignatures()][0];
    if (!signature || isAbstract(symbol) || /Error$/.test(name)) return;
    signature.getParameters().forEach((parameter, i) => {
      const parameterType = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const parts = parameterType.isUnion() ? parameterType.types : [parameterType];
      if (parts.some((part) => isRecordType(part))) found.push(`${name}#${i}`);
    });
  };
  const isAbstract = (symbol: ts.Symbol) =>
    symbol.declarations!.some(
      (node) =>
        ts.isClassDeclaration(node) && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Abstract) !== 0,
    );
  const isRecordType = (type: ts.Type): boolean => {
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
    const title = type.aliasSymbol?.name ?? type.symbol?.name ?? '';
    // NoOptions.
    if (type.getStringIndexType()?.flags === ts.TypeFlags.Never) return true;
    if (CONTRACTS.test(title)) return false;
    if (type.isClass() || checker.isArrayType(type) || checker.isTupleType(type)) return false;
    if (type.getCallSignatures().length > 0 || type.getNumberIndexType()) return false;
    return type.getProperties().length > 0;
  };
  visit(root, '');
  return found;
}
