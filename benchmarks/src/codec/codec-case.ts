import { decodeCommand, encodeCommand, type OutgoingCommand, type SerializeType } from '@rocketmq-ts/remoting/wire'

/** One frame, and what is done with it. */
export interface CodecCase {
  readonly name: string
  readonly encoding: SerializeType
  /** The whole frame, length word first. */
  readonly frame: Buffer
  /** What the header says, and a JSON body too, as a program would hold it that knows JSON alone. */
  readonly plain: readonly unknown[]
  encode(): Buffer
  /** Whatever was read, so that nothing of it is left out. */
  decode(): unknown
}

export const encodings: readonly SerializeType[] = ['JSON', 'ROCKETMQ']

/** What a case is made of: the command, and how its content is written and read. */
export interface CaseParts {
  readonly name: string
  /** The body is made anew for every frame. */
  readonly command: () => Omit<OutgoingCommand, 'serializeType'>
  readonly read: (command: ReturnType<typeof decodeCommand>) => unknown
  /** A JSON body as plain values. */
  readonly plainBody?: unknown
}

/** The case in either encoding of its header. */
export function inBothEncodings({ name, command, read, plainBody }: CaseParts): readonly CodecCase[] {
  return encodings.map((encoding) => {
    const encode = () => encodeCommand({ ...command(), serializeType: encoding })
    const frame = encode()
    const inside = frame.subarray(4)
    return {
      name,
      encoding,
      frame,
      plain: [plainHeader(command()), ...(plainBody === undefined ? [] : [plainBody])],
      encode,
      decode: () => read(decodeCommand(inside))
    }
  })
}

/** The header as JSON has it, whatever its own encoding. */
function plainHeader(command: Omit<OutgoingCommand, 'serializeType'>): unknown {
  const frame = encodeCommand({ ...command, serializeType: 'JSON' })
  return JSON.parse(frame.toString('utf8', 8, 8 + (frame.readInt32BE(4) & 0xff_ffff)))
}
