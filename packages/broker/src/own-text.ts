/**
 * The same text on memory of its own. A piece of a document or header keeps all of it alive: nothing that is remembered may
 * be such a piece, or a long heartbeat would be remembered for a short name in it.
 */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
