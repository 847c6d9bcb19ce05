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
}

/** The Markdown pages of a folder; none when there is no such folder. */
export function pagesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`)
}

const BLOCK = /^```(?:ts|typescript)\n([\s\S]*?)^```$/gm

/** The samples of a README, in order; none when there is no such file. */
export function samplesOf(path: string): Sample[] {
  const file = join(root, path)
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(BLOCK)].map((match, index) => {
    const code = match[1] ?? ''
    return {
      name: `${relative(root, file)
        .replaceAll(/[^A-Za-z]+/g, '-')
        .toLowerCase()}-${index + 1}`,
      title: titleBefore(text.slice(0, match.index)),
      code,
      isProgram: /^import /m.test(code) && /\b(connect|startServer|new \w+)\(/.test(code)
    }
  })
}

function titleBefore(text: string): string {
  const titles = [...text.matchAll(/^(?:#+ +(.+)|\*\*(.+?)\*\*.*)$/gm)]
  const last = titles.at(-1)
  return last?.[1] ?? last?.[2] ?? ''
}
