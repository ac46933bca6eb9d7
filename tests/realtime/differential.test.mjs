// 200 random sequences against the npm server and the server under test. More: node differential.mjs.
import {test} from 'node:test';
import {compare} from './differential.mjs';
import {oracleCommand} from './server.mjs';

test('random sequences are answered as the npm server answers them', async () => {
    const seed = Number(process.env.REALTIME_SEED ?? Date.now() % 1000000);
    console.log(`REALTIME_SEED=${seed}`);
    await compare({seed, sequences: 200, steps: 25, against: process.env.REALTIME_ECHO || oracleCommand});
});
