import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const printer = resolve(__dirname, '..', '..', 'protocol', 'print.mjs')

/** What `protocol/` says of a release, as far as tests compare it. */
export interface ProtocolRows {
  readonly requests: readonly RequestFacts[]
  readonly responseCodes: readonly { readonly name: string; readonly code: number }[]
  readonly headers: Readonly<Record<string, HeaderFacts>>
  readonly bodies: Readonly<Record<string, BodyFacts>>
  readonly enums: Readonly<Record<string, { readonly class?: string; readonly values: readonly string[] }>>
  /** Classes that are not described, with the reason. */
  readonly offTheWire: Readonly<Record<'headers' | 'bodies', Readonly<Record<string, string>>>>
}

export interface RequestFacts {
  readonly name: string
  readonly code: number
  readonly request: SideFacts
  readonly response: SideFacts
}

export interface SideFacts {
  readonly header: string
  readonly body: string
  /** What a body of bytes holds. */
  readonly holds?: string
  /** Another body that some peers are sent. */
  readonly or?: string
}

export interface HeaderFacts {
  readonly extends?: string
  readonly abstract?: boolean
  /** Upstream writes its fields without a class. */
  readonly classless?: boolean
  /** Has codecs of its own. */
  readonly hot?: boolean
  readonly fields: readonly MemberFacts[]
}

export interface BodyFacts {
  /** Its name without the package, when ours is another. */
  readonly class?: string
  readonly members: readonly MemberFacts[]
}

export interface MemberFacts {
  readonly name: string
  readonly wire?: string
  readonly type: string
  readonly required?: boolean
  /** Why it is optional here although the class says that it is required. */
  readonly optionalBecause?: string
  /** Upstream writes it beside the fields of the class. */
  readonly beside?: boolean
  /** Upstream makes it of other members. */
  readonly computed?: boolean
}

/** The rows that claim a release. */
export function rowsOf(release: string): ProtocolRows {
  return JSON.parse(printed(release)) as ProtocolRows
}

/** Runs something that needs them in a file. */
export function withRowsFile<Result>(release: string, run: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'rows-'))
  try {
    const file = join(folder, 'rows.json')
    writeFileSync(file, printed(release))
    return run(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function printed(release: string): string {
  const run = spawnSync(process.execPath, [printer, '--release', release], { encoding: 'utf8', maxBuffer: 16 << 20 })
  if (run.status !== 0) throw new Error(`the rows cannot be printed: ${run.stderr}`)
  return run.stdout
}
