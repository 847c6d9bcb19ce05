import { describe, expect, test } from '@jest/globals'
import { SimulatedStoreFiles } from '@rocketmq-ts/store'
import { makeDurableDirectory } from '../../src/files/make-durable-directory'

describe('a durable directory', () => {
  const kindAfterPowerCut = (files: SimulatedStoreFiles, path: string) => files.afterPowerCut('none').stat(path)?.kind

  test('survives a power cut, with those above it', () => {
    const files = new SimulatedStoreFiles()
    makeDurableDirectory(files, '/a/b/c')
    expect(kindAfterPowerCut(files, '/a/b/c')).toBe('directory')
  })

  test('is durable after a second try, whatever failed in the first', () => {
    let hasFailed = true
    for (let n = 1; hasFailed; n++) {
      const files = new SimulatedStoreFiles()
      const { failed } = files.failAt(n, 'EIO')
      const make = (): void => makeDurableDirectory(files, '/a/b')
      if (n <= 7) expect(make).toThrow('EIO')
      make()
      expect(kindAfterPowerCut(files, '/a/b')).toBe('directory')
      hasFailed = failed.length > 0
    }
  })
})
