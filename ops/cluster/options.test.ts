import { describe, expect, it } from 'vitest';
import { readOptions, WrongOption } from './options.ts';

describe('the options of a cluster', () => {
  it('are two gateways, a sequencer and a worker at port 8080, unless told otherwise', () => {
    const standard = { gateways: 2, sequencers: 1, workers: 1, port: 8080, loadtest: false };
    expect(readOptions([])).toEqual(standard);
    expect(readOptions(['--gateways', '4', '--port', '9000', '--loadtest'])).toEqual({
      ...standard,
      ...{ gateways: 4, port: 9000, loadtest: true },
    });
    expect(readOptions(['--help', '--gateways', 'many'])).toBeUndefined();
  });

  it.each([
    [['--gateways', '0'], '--gateways 0: must be a whole number from 1 to 50'],
    [['--workers', '1.5'], '--workers 1.5: must be a whole number'],
    [['--port', '70000'], '--port 70000: must be a whole number from 1 to 65535'],
    [['--keep'], "Unknown option '--keep'"],
    [['four'], "Unexpected argument 'four'"],
  ])('%j are wrong, and it is said why', (given, message) => {
    expect(() => readOptions(given)).toThrow(message);
    expect(() => readOptions(given)).toThrow(WrongOption);
  });
});
