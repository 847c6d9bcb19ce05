import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

export const root = resolve(__dirname, '..', '..', '..')

/** One ```ts block of a README. */
export interface Sample {
  /** For file names and test names: where it stands. */
  readonly name: string
  /** The nearest words in bold or heading above it. */
  readonly title: string
  readonly code: string
  /** A program by itself: it imports what it uses and connects or starts something. Others are pieces that show a form. */
  readonly isProgram: boolean
  /** Set for a test: the runner that it is written for, which is Jest unless it says otherwise. */
  readonly runner: Runner | undefined
  /** What the page says that it prints: the ```text block right below it, after a line that ends with `prints:`. */
  readonly prints: string | undefined
}

export type Runner = 'jest' | 'vitest' | 'node:test'

/** The Markdown pages of a folder; none when there is no such folder. */
export function pagesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`)
}

const BLOCK = /^```(?:ts|typescript)\n([\s\S]*?)^```$/gm
const PRINTS = /^\s*.*(?:prints:|输出：)\n\n```text\n([\s\S]*?)^```$/m

/** The samples of a README, in order; none when there is no such file. */
export function samplesOf(path: string): Sample[] {
  const file = join(root, path)
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(BLOCK)].map((match, index) => {
    const code = match[1] ?? ''
    const runner = runnerOf(code)
    return {
      name: `${relative(root, file)
        .replaceAll(/[^A-Za-z]+/g, '-')
        .toLowerCase()}-${index + 1}`,
      title: titleBefore(text.slice(0, match.index)),
      code,
      isProgram: runner === undefined && /^import /m.test(code) && /\b(connect|startServer|new \w+)\(/.test(code),
      runner,
      prints: printsIn(text.slice(match.index + match[0].length))
    }
  })
}

function runnerOf(code: string): Runner | undefined {
  if (!/^ *(?:test|it)\(/m.test(code) || !/^import /m.test(code)) return undefined
  return (/from '(vitest|node:test)'/.exec(code)?.[1] as Runner | undefined) ?? 'jest'
}

function printsIn(below: string): string | undefined {
  const match = PRINTS.exec(below)
  return match?.index === 0 ? match[1] : undefined
}

function titleBefore(text: string): string {
  const titles = [...text.matchAll(/^(?:#+ +(.+)|\*\*(.+?)\*\*.*)$/gm)]
  const last = titles.at(-1)
  return last?.[1] ?? last?.[2] ?? ''
}
