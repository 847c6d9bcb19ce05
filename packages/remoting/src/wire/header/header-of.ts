import type { RemotingCommand } from '../command/command'
import { ScannedCommand } from '../command/decode-command'
import { readField } from './field-values'
import { HeaderFieldError } from './header-field-error'
import type { HeaderTable } from './header-table'

/**
 * The typed header of a command: `headerOf(command, RequestCode.PULL_MESSAGE.request.header)`. Fields that no class knows stay in
 * `command.fields`.
 *
 * Throws a {@link HeaderFieldError} for a missing or malformed field, and nothing else.
 */
export function headerOf<Header>(command: RemotingCommand, table: HeaderTable<Header>): Header {
  if (table.hot !== undefined && command instanceof ScannedCommand) return table.hot.read(command.index())
  return readHeader(command.fields, table)
}

/** {@link headerOf} by table walk. */
export function readHeader<Header>(fields: ReadonlyMap<string, string> | undefined, table: HeaderTable<Header>): Header {
  const header: Record<string, unknown> = {}
  for (const field of table.fields) {
    const text = fields?.get(field.wire)
    const value = text === undefined ? undefined : readField(table.name, field, text)
    if (value !== undefined) header[field.name] = value
    else if (field.required) throw new HeaderFieldError(table.name, field.wire, 'is missing')
  }
  return header as Header
}
