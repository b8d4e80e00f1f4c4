/**
 * The public declarations of an entry point: each export with its full declaration as it is emitted, without comments.
 *
 * It works on single files, without a program: the build has `isolatedDeclarations`, so the declarations of a file depend
 * on no other file.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** An export of an entry point. */
export interface PublicDeclaration {
  readonly name: string
  /** Whether it has no value at run time. */
  readonly isTypeOnly: boolean
  /** The declaration; of an overloaded function or a merged name all, one after the other. */
  readonly text: string
}

/** A name in a module: in which file it is declared, and under which name there. */
interface Target {
  readonly file: string
  readonly name: string
  readonly isTypeOnly: boolean
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  declaration: true,
  isolatedDeclarations: true,
  stripInternal: true,
  verbatimModuleSyntax: true,
}
const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed })
const parsed = new Map<string, ts.SourceFile>()

/** The exports of a TypeScript file, sorted by name. */
export function publicDeclarations(file: string): PublicDeclaration[] {
  const names = [...exportsOf(file)].sort(([a], [b]) => (a < b ? -1 : 1))
  return names.map(([name, target]) => {
    const statements = statementsOf(target)
    const isTypeOnly = target.isTypeOnly || statements.every((statement) => !hasValue(statement))
    return {
      name,
      isTypeOnly,
      text: statements.map((statement) => printed(statement, target.file)).join('\n'),
    }
  })
}

/** The declarations as one text, to be compared with a file. */
export function asText(declarations: readonly PublicDeclaration[]): string {
  return declarations
    .map(({ name, isTypeOnly, text }) => {
      const isOtherwiseValue =
        isTypeOnly && /^export declare (?:abstract )?(?:class|function|const) /.test(text)
      return `${isOtherwiseValue ? `// ${name}: the type alone\n` : ''}${text}\n`
    })
    .join('\n')
}

/** The emitted declarations of a file. */
function sourceOf(file: string): ts.SourceFile {
  const known = parsed.get(file)
  if (known) return known
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: COMPILER_OPTIONS,
  })
  const source = ts.createSourceFile(file, outputText, ts.ScriptTarget.ES2023, true)
  parsed.set(file, source)
  return source
}

function exportsOf(file: string): Map<string, Target> {
  const found = new Map<string, Target>()
  for (const statement of sourceOf(file).statements) {
    if (isExported(statement)) {
      for (const name of namesOf(statement)) found.set(name, { file, name, isTypeOnly: false })
    } else if (ts.isExportDeclaration(statement)) {
      for (const [name, target] of reexportsOf(statement, file)) found.set(name, target)
    }
  }
  return found
}

function reexportsOf(statement: ts.ExportDeclaration, file: string): [string, Target][] {
  const { moduleSpecifier, exportClause, isTypeOnly } = statement
  if (!exportClause || !moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return []
  if (!ts.isNamedExports(exportClause)) throw new Error(`${file} has an export that is not read here.`)
  return exportClause.elements.map((element) => {
    const target = resolved(file, moduleSpecifier.text, (element.propertyName ?? element.name).text)
    return [
      element.name.text,
      { ...target, isTypeOnly: isTypeOnly || element.isTypeOnly || target.isTypeOnly },
    ]
  })
}

/** Where a name is declared that a file takes from another. */
function resolved(from: string, specifier: string, name: string): Target {
  if (!specifier.startsWith('.')) return { file: specifier, name, isTypeOnly: false }
  const file = join(dirname(from), specifier.replace(/\.js$/, '.ts'))
  const target = exportsOf(file).get(name)
  if (!target) throw new Error(`${file} does not export ${name}.`)
  return target
}

function statementsOf({ file, name }: Target): ts.Statement[] {
  if (!existsSync(file)) return [] // of another package
  return sourceOf(file).statements.filter(
    (statement) => isExported(statement) && namesOf(statement).includes(name),
  )
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier }
  return name ? [name.text] : []
}

function hasValue(statement: ts.Statement): boolean {
  return !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)
}

function printed(statement: ts.Statement, file: string): string {
  const text = printer.printNode(ts.EmitHint.Unspecified, statement, sourceOf(file))
  // Without a program, TypeScript emits a static property that is named by a symbol twice.
  return text.replace(/^(.*\[Symbol\..*)\n(?=\1$)/gm, '')
}
