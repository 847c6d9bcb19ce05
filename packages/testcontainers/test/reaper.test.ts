import { describe, expect, it } from '@jest/globals'
import { ReaperUnavailableError } from '../src'
import { ensureReaper } from '../src/reaper'

describe('starting Ryuk', () => {
  it('asks the engine that runs the containers', async () => {
    const asked: string[] = []
    await ensureReaper('the engine', async (engine: string) => asked.push(engine))
    expect(asked).toEqual(['the engine'])
  })

  it('says, when it fails, that it is Ryuk and how to go without', async () => {
    const cause = new Error('lookup registry: no such host')
    const error: unknown = await ensureReaper('the engine', () => Promise.reject(cause)).catch((reason) => reason)
    expect(error).toBeInstanceOf(ReaperUnavailableError)
    expect(error).toMatchObject({
      code: 'NO_REAPER',
      cause,
      message: expect.stringMatching(/^Ryuk could not be started: lookup registry: no such host; .*TESTCONTAINERS_RYUK_DISABLED=true/)
    })
  })

  it('is left to the first container by Testcontainers 10, which has no way to ask', async () => {
    await expect(ensureReaper('the engine', undefined)).resolves.toBeUndefined()
  })
})
