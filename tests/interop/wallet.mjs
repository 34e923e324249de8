// One unmodified SDK wallet that obeys commands: a JSON line in, a JSON line out.
//
// usage: node wallet.mjs <operator url> <explorer url> <secret key hex>
import './event_source.mjs';
import readline from 'node:readline';
import * as sdk from '@arkade-os/sdk';

const [operatorUrl, explorerUrl, secretKey] = process.argv.slice(2);
// Standard output carries answers alone.
for (const name of ['debug', 'info', 'log', 'warn']) console[name] = console.error;

const identity = sdk.SingleKey.fromHex(secretKey);
const wallet = await sdk.Wallet.create({
  identity,
  arkServerUrl: operatorUrl,
  esploraUrl: explorerUrl,
  settlementConfig: false,
  storage: {
    walletRepository: new sdk.InMemoryWalletRepository(),
    contractRepository: new sdk.InMemoryContractRepository(),
    intentRepository: new sdk.InMemoryIntentRepository(),
    virtualTxRepository: new sdk.InMemoryVirtualTxRepository(),
  },
});

const outpointOf = ({ txid, vout }) => `${txid}:${vout}`;

async function onchainWallet() {
  return sdk.OnchainWallet.create(identity, 'regtest', wallet.onchainProvider);
}

async function unroll(outpoint) {
  const [txid, vout] = outpoint.split(':');
  const session = await sdk.Unroll.Session.create(
    { txid, vout: Number(vout) },
    await onchainWallet(),
    wallet.onchainProvider,
    wallet.indexerProvider,
  );
  const broadcast = [];
  for await (const step of session) {
    if (step.type === sdk.Unroll.StepType.UNROLL) broadcast.push(step.tx.id);
  }
  return broadcast;
}

const commands = {
  addresses: async () => ({
    ark: await wallet.getAddress(),
    boarding: await wallet.getBoardingAddress(),
    onchain: (await onchainWallet()).address,
  }),
  balance: async () => Number((await wallet.getBalance()).total),
  vtxos: async () =>
    (await wallet.getVtxos()).map((one) => ({ outpoint: outpointOf(one), amount: one.value })),
  settle: async ({ outputs }) => {
    if (!outputs) return wallet.settle();
    const inputs = await wallet.getVtxos();
    const wanted = outputs.map(({ address, amount }) => ({ address, amount: BigInt(amount) }));
    return wallet.settle({ inputs, outputs: wanted });
  },
  send: async ({ address, amount }) => wallet.send({ address, amount }),
  unroll: async ({ outpoint }) => unroll(outpoint),
  sweep: async ({ outpoint, address }) =>
    sdk.Unroll.completeUnroll(wallet, [outpoint.split(':')[0]], address),
};

function answer(fields) {
  process.stdout.write(JSON.stringify(fields) + '\n');
}

answer({ result: 'ready' });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  try {
    answer({ result: await commands[command](parameters) });
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
  }
}
await wallet.dispose?.();
process.exit(0);
