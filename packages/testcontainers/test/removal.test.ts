import { describe, expect, it } from '@jest/globals'
import { type Belongings, removeAll } from '../src/removal'

class EngineError extends Error {
  readonly statusCode: number

  constructor(statusCode: number) {
    super(`HTTP ${statusCode}`)
    this.statusCode = statusCode
  }
}

/** An engine with two containers of the cluster; removing them ends as told. */
function engineOf(...endings: readonly (Error | undefined)[]) {
  const told: string[] = []
  const belongings: Belongings = {
    id: 'c-1',
    engine: {
      listContainers: async ({ all, filters }) => {
        told.push(`list ${filters.label.join()}${all ? ', stopped ones too' : ''}`)
        return endings.map((_, index) => ({ Id: String(index) }))
      },
      getContainer: (id) => ({
        remove: async () => {
          const ending = endings[Number(id)]
          if (ending !== undefined) throw ending
          told.push(`container ${id} removed`)
        }
      })
    },
    network: { stop: async () => void told.push('network removed') }
  }
  return { told, removal: removeAll(belongings) }
}

describe('the removal of a cluster', () => {
  it('takes every container that carries its label, also one that never ran, and then the network', async () => {
    const { told, removal } = engineOf(undefined, undefined)
    await removal
    expect(told).toEqual([
      'list rocketmq-ts.cluster=c-1, stopped ones too',
      'container 0 removed',
      'container 1 removed',
      'network removed'
    ])
  })

  it('takes no notice of what somebody else has removed or is removing', async () => {
    const { told, removal } = engineOf(new EngineError(404), new EngineError(409))
    await removal
    expect(told.at(-1)).toBe('network removed')
  })

  it('takes the rest when one thing cannot be removed, and says which', async () => {
    const { told, removal } = engineOf(new EngineError(500), undefined)
    await expect(removal).rejects.toThrow('HTTP 500')
    expect(told.slice(1)).toEqual(['container 1 removed', 'network removed'])
  })
})
