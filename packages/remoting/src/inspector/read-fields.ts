import { decodeProperties, HeaderFieldError, type HeaderTable, headerOf, type RemotingCommand } from '../wire/index'
import type { Redaction } from './redaction'
import type { WireField } from './wire-event'

/** The ext fields of a command under the names of its table (`a` of SEND_MESSAGE_V2 is `producerGroup`); unknown ones keep their own. */
export function readFields(command: RemotingCommand, table: HeaderTable | undefined, redaction: Redaction): readonly WireField[] {
  const names = new Map(table?.fields.map(({ wire, name }) => [wire, name]))
  const taken = new Set<string>()
  return [...(command.fields ?? [])].map(([wire, value]) => {
    const known = names.get(wire)
    const name = freeName(known ?? wire, wire, taken)
    taken.add(name)
    return [name, fieldValue(name, value, redaction)]
  })
}

/** What is wrong with the header of a request, `[]` when nothing is. */
export function headerProblems(command: RemotingCommand, table: HeaderTable | undefined): readonly string[] {
  if (table === undefined) return []
  try {
    headerOf(command, table)
    return []
  } catch (error) {
    if (error instanceof HeaderFieldError) return [error.message]
    throw error
  }
}

/** A field by its name in our tables. */
export function fieldOf(fields: readonly WireField[], ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields.find(([one]) => one === name)?.[1]
    if (typeof value === 'string') return value
  }
  return undefined
}

function fieldValue(name: string, value: string, redaction: Redaction): WireField[1] {
  if (redaction.hides(name)) return redaction.text(name, value)
  return name === 'properties' ? redaction.map(decodeProperties(value)) : value
}

/** Two fields of one name would be a lie: the second says what it is called on the wire. */
function freeName(name: string, wire: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? `${name} (${wire})` : name
}
