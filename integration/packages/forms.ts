import { transformSync } from '@swc/core'
import { pagesIn, type Sample, samplesOf } from '../contract/readme/samples'

export type { Sample }

const IMPORT = /^import (type )?(\{[^}]*\}) from ('[^']+');?\n/gm

/** The samples of the front page that are programs. */
export function frontPagePrograms(): Sample[] {
  return samplesOf('README.md').filter((one) => one.isProgram && !isTest(one))
}

/** The samples that are tests, of the front page and of the test kit's page; those for Vitest, of the guides too: it is installed here only. */
export function testSamples(): Sample[] {
  const guides = ['docs/guides', 'docs/guides/zh'].flatMap(pagesIn).flatMap(samplesOf)
  const tests = ['README.md', 'packages/testing/README.md'].flatMap(samplesOf).filter(isTest)
  return [...tests, ...guides.filter(({ runner }) => runner === 'vitest')]
}

function isTest({ code }: Sample): boolean {
  return /^(?:test|it)\(/m.test(code) && /^import /m.test(code)
}

/** As the JavaScript of an ES module: types are taken away and nothing else. */
export function asModule(code: string): string {
  const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } } as const
  return transformSync(code, options).code
}

/** As a CommonJS program is written: `require()` for `import`, and a function around the rest, for `await` stands in functions only. */
export function asCommonJs(code: string): string {
  const script = asModule(code)
  const requires = [...script.matchAll(IMPORT)].map(
    ([, , names = '', from]) => `const ${names.replaceAll(' as ', ': ')} = require(${from})\n`
  )
  return `${requires.join('')}\n${inFunction(withoutImports(script))}`
}

/** As TypeScript that becomes CommonJS: `import` stays. */
export function asCommonJsTypeScript(code: string): string {
  return `${[...code.matchAll(IMPORT)].map(([line]) => line).join('')}\n${inFunction(withoutImports(code))}`
}

function inFunction(body: string): string {
  return /\bawait\b/.test(body) && !/^(?:test|it)\(/m.test(body) ? `async function main() {\n${body}\n}\nmain()\n` : body
}

function withoutImports(code: string): string {
  const rest = code.replaceAll(IMPORT, '')
  if (/^import /m.test(rest)) throw new Error(`a sample imports in a form that is not known here: ${/^import .*/m.exec(rest)?.[0]}`)
  return rest
}
