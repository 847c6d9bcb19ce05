import { isUtf8 } from 'node:buffer'
import { ProtocolError, readJson } from '@rocketmq-ts/remoting/wire'
import { FileError } from '../../files/file-error'
import type { StoreFiles } from '../../files/store-files'

/** One of the two files of a document, and what is in it. */
export interface DocumentCopy {
  readonly path: string
  readonly state: 'readable' | 'empty' | 'broken' | 'missing'
  /** Empty unless it is readable. */
  readonly text: string
  /** Why it is not readable, as the end of a sentence that begins with the path. Empty when it is. */
  readonly problem: string
}

/** Reads a file and checks that official brokers could have written what it says: a `.json` one in their dialect, any other in UTF-8. */
export function readCopy(files: StoreFiles, path: string): DocumentCopy {
  try {
    if (files.stat(path) === undefined) return copy(path, 'missing', 'is missing')
    return checkCopy(path, readBytes(files, path))
  } catch (error) {
    if (error instanceof FileError) return copy(path, 'broken', `cannot be read (${error.reason})`)
    throw error
  }
}

function checkCopy(path: string, bytes: Buffer): DocumentCopy {
  if (!isUtf8(bytes)) return copy(path, 'broken', 'is not UTF-8')
  const text = bytes.toString()
  if (text.trim() === '') return copy(path, 'empty', 'is empty')
  const problem = /\.json(\.bak)?$/.test(path) ? jsonProblem(text) : undefined
  return problem === undefined ? { path, state: 'readable', text, problem: '' } : copy(path, 'broken', `is broken (${problem})`)
}

function jsonProblem(text: string): string | undefined {
  try {
    // A store of many groups has as many values as it has: the file's length is the limit.
    readJson(text, { maxValues: text.length })
    return undefined
  } catch (error) {
    if (error instanceof ProtocolError) return error.message
    throw error
  }
}

function readBytes(files: StoreFiles, path: string): Buffer {
  const file = files.open(path, 'read')
  try {
    const bytes = Buffer.alloc(file.size())
    return bytes.subarray(0, file.readNow(bytes, 0))
  } finally {
    file.close()
  }
}

function copy(path: string, state: DocumentCopy['state'], problem: string): DocumentCopy {
  return { path, state, text: '', problem }
}
