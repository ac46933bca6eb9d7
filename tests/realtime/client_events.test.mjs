// The unmodified socket.io-client against the server: events, acknowledgements, binary, rooms, namespaces.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {client, connected, happens} from './npm_client.mjs';
import {Random} from './random.mjs';
import {useServer} from './server.mjs';
import {until} from './waiting.mjs';

const server = useServer();
const connect = (options) => connected(server, options);

const values = [
    null, true, 0, -1, 1.5, 2 ** 53, 1e21, -1e-7, '', 'naïve 😀 \u2028 \u0000 \u001e "quoted" \\', [], {}, [[], [{}]],
    {a: [1, {b: null}], '': 'empty key', 'ключ': 'wert'}, 'x'.repeat(100000),
];
const nested = {
    one: Buffer.from('one'), list: [Buffer.from([0, 255]), 'text', {two: Buffer.alloc(0)}],
    deep: {er: {bytes: Buffer.alloc(70000, 3)}},
};

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    describe(transports.join(' then '), () => {
        const open = (options) => connect({transports, ...options});

        test('connects, and the server sees auth', async () => {
            const socket = await open({auth: {token: 'abc', n: 1}});
            await until(() => socket.auths.length > 0, 'auth');
            assert.deepEqual(socket.auths, [{token: 'abc', n: 1}]);
            assert.match(socket.id, /^[A-Za-z0-9_-]{20}$/);
            assert.notEqual(socket.id, socket.io.engine.id);
        });

        test('plain values come back as they were', async () => {
            const socket = await open();
            const back = happens(socket, 'message-back');
            socket.emit('message', ...values);
            assert.deepEqual(await back, values);
        });

        test('nested binary comes back as it was', async () => {
            const socket = await open();
            const back = happens(socket, 'message-back');
            socket.emit('message', nested, Buffer.from('last'), 7);
            assert.deepEqual(await back, [nested, Buffer.from('last'), 7]);
        });

        test('the server acknowledges, with binary too', async () => {
            const socket = await open();
            assert.deepEqual(await socket.timeout(10000).emitWithAck('message-with-ack', {a: [1]}), {a: [1]});
            const answer = await new Promise((resolve) => {
                socket.emit('message-with-ack', nested, 'and', Buffer.from([9]), (...args) => resolve(args));
            });
            assert.deepEqual(answer, [nested, 'and', Buffer.from([9])]);
        });

        test('the client acknowledges, with binary too', async () => {
            const socket = await open();
            socket.on('question', (...args) => args.pop()(...args.reverse()));
            let answered = happens(socket, 'answered');
            socket.emit('ask', 1, 'two', {three: 3});
            assert.deepEqual(await answered, [{three: 3}, 'two', 1]);
            answered = happens(socket, 'answered');
            socket.emit('ask', nested, Buffer.from('x'));
            assert.deepEqual(await answered, [Buffer.from('x'), nested]);
        });

        test('100 acknowledgements under way are not mixed up', async () => {
            const socket = await open();
            const answers = await Promise.all(
                Array.from({length: 100}, (_, i) => socket.timeout(10000).emitWithAck('message-with-ack', i)));
            assert.deepEqual(answers, Array.from({length: 100}, (_, i) => i));
        });

        test('ten attachments are taken', async () => {
            const socket = await open();
            const ten = Array.from({length: 10}, (_, i) => Buffer.from([i]));
            const back = happens(socket, 'message-back');
            socket.emit('message', ...ten);
            assert.deepEqual(await back, ten);
        });

        test('eleven attachments end the connection', async () => {
            const socket = await open();
            const gone = happens(socket, 'disconnect');
            socket.emit('message', ...Array.from({length: 11}, (_, i) => Buffer.from([i])));
            const [reason] = await gone;
            // Polling hears of it by its next request, which is refused.
            assert.ok(['transport close', 'transport error'].includes(reason), reason);
        });

        test('200 numbered events keep their order, whatever is upgraded meanwhile', async () => {
            const socket = client(server, {transports});
            const received = [];
            socket.on('message-back', (n) => received.push(n));
            await happens(socket, 'connect');
            for (let n = 0; n < 200; n++) {
                socket.emit('message', n);
                if (n % 20 === 0) await new Promise(setImmediate);
            }
            await until(() => received.length >= 200, '200 echoes');
            assert.deepEqual(received, Array.from({length: 200}, (_, n) => n));
            assert.equal(socket.io.engine.transport.name, transports.at(-1));
        });

        test('200 numbered events to a room reach one that upgrades meanwhile in order', async () => {
            const speaker = await open();
            const listener = client(server, {transports});
            const received = [];
            listener.on('room-message', (n) => received.push(n));
            await happens(listener, 'connect');
            await listener.timeout(10000).emitWithAck('join', `order ${transports}`);
            for (let n = 0; n < 200; n++) {
                speaker.emit('broadcast', `order ${transports}`, n);
                if (n % 20 === 0) await new Promise(setImmediate);
            }
            await until(() => received.length >= 200, '200 room messages');
            assert.deepEqual(received, Array.from({length: 200}, (_, n) => n));
        });

        test('binary events of several speakers are not mixed up', async () => {
            const room = `mixed ${transports}`;
            const listener = await open();
            const heard = [];
            listener.on('room-message', (...args) => heard.push(args));
            await listener.timeout(10000).emitWithAck('join', room);
            const speakers = [await open(), await open(), await open()];
            for (let n = 0; n < 50; n++) {
                speakers.forEach((speaker, i) => speaker.emit('broadcast', room, i, n, Buffer.alloc(10 + n, i), [Buffer.alloc(n, n)]));
                if (n % 10 === 0) await new Promise(setImmediate);
            }
            await until(() => heard.length >= 150, '150 events');
            speakers.forEach((_, i) => {
                const ofSpeaker = heard.filter((args) => args[0] === i);
                assert.deepEqual(ofSpeaker, Array.from({length: 50}, (_, n) => [i, n, Buffer.alloc(10 + n, i), [Buffer.alloc(n, n)]]));
            });
        });

        test('an event close to the limit', async () => {
            const socket = await open();
            for (const value of ['x'.repeat(900000), '😀'.repeat(240000), Buffer.alloc(700000, 5)]) {
                assert.deepEqual(await socket.timeout(10000).emitWithAck('message-with-ack', value), value);
            }
        });

        test('rooms: all members but the sender, until they leave', async () => {
            const room = `room of ${transports}`;
            const [a, b, c] = [await open(), await open(), await open()];
            const heard = {a: [], b: [], c: []};
            for (const [name, socket] of Object.entries({a, b, c})) {
                socket.on('room-message', (...args) => heard[name].push(args));
            }
            await a.timeout(10000).emitWithAck('join', room);
            await b.timeout(10000).emitWithAck('join', room);
            a.emit('broadcast', room, 1, Buffer.from('one'));
            await until(() => heard.b.length === 1, 'the first message');
            await b.timeout(10000).emitWithAck('leave', room);
            a.emit('broadcast', room, 2);
            c.emit('broadcast', room, 3);  // not a member, and may speak
            await until(() => heard.a.length === 1, 'the third message');
            for (const socket of [a, b, c]) await socket.timeout(10000).emitWithAck('message-with-ack', 'all read');
            assert.deepEqual(heard, {a: [[3]], b: [[1, Buffer.from('one')]], c: []});
        });
    });
}

describe('numbers', () => {
    test('come back to the last bit', async () => {
        const random = new Random(1);
        const numbers = [0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -4.6141900890506806e-301,
            9007199254740993, 123456789012345680000, 1e23, 8.5e15 + 0.5];
        for (let i = 0; i < 1000; i++) numbers.push((random.next() + random.next() / 4294967296) * 10 ** (random.below(600) - 300));
        const socket = await connect();
        const back = await socket.timeout(10000).emitWithAck('message-with-ack', numbers);
        const wrong = numbers.flatMap((n, i) => Object.is(n, back[i]) ? [] : [`${n} came back as ${back[i]}`]);
        assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${numbers.length} numbers changed`);
    });
});

describe('rooms', () => {
    test('joining twice is joining once, leaving what one is not in is no harm', async () => {
        const [a, b] = [await connect(), await connect()];
        const heard = [];
        a.on('room-message', (n) => heard.push(n));
        await a.timeout(10000).emitWithAck('join', 'twice');
        await a.timeout(10000).emitWithAck('join', 'twice');
        await a.timeout(10000).emitWithAck('leave', 'never joined');
        b.emit('broadcast', 'twice', 1);
        b.emit('broadcast', 'nobody is here', 2);
        await until(() => heard.length > 0, 'the message');
        await a.timeout(10000).emitWithAck('message-with-ack', 1);
        assert.deepEqual(heard, [1]);
    });

    test('each socket is in the room of its own id', async () => {
        const [a, b] = [await connect(), await connect()];
        const heard = happens(a, 'room-message');
        b.emit('broadcast', a.id, 'only for you');
        assert.deepEqual(await heard, ['only for you']);
    });

    test('a room ends with the connection', async () => {
        const [a, b] = [await connect(), await connect()];
        await a.timeout(10000).emitWithAck('join', 'short');
        a.disconnect().connect();
        await happens(a, 'connect');
        a.on('room-message', () => assert.fail('it is in the room still'));
        b.emit('broadcast', 'short', 1);
        await b.timeout(10000).emitWithAck('message-with-ack', 1);
        await a.timeout(10000).emitWithAck('message-with-ack', 1);
    });
});
