// SPDX-License-Identifier: Apache-2.0
// The Node client: lists, writes, watches and runs a command; prints "ok" at the end.
import assert from 'node:assert';
import { Writable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromFile(process.env.KUBECONFIG);
assert(!config.getCurrentCluster().skipTLSVerify);
const core = config.makeApiClient(k8s.CoreV1Api);
const namespace = 'default';
const name = 'from-node';
assert((await core.listNode()).items.length > 0);
await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { colour: 'red' } } });

const seen = [];
await new Promise((resolve, reject) => {
  new k8s.Watch(config).watch(
    '/api/v1/namespaces/default/configmaps',
    { fieldSelector: 'metadata.name=' + name },
    async (type, object) => {
      seen.push(type + ' ' + object.data.colour);
      if (type === 'ADDED') {
        await core.replaceNamespacedConfigMap({ namespace, name, body: { metadata: { name }, data: { colour: 'blue' } } });
      } else if (type === 'MODIFIED') {
        await core.deleteNamespacedConfigMap({ namespace, name });
      } else {
        resolve();
      }
    },
    (error) => reject(error ?? new Error('the watch ended')),
  ).catch(reject);
});
assert.deepEqual(seen, ['ADDED red', 'MODIFIED blue', 'DELETED blue']);

let said = '';
const out = new Writable({ write(chunk, encoding, done) { said += chunk; done(); } });
await new Promise((resolve, reject) => {
  new k8s.Exec(config)
    .exec(namespace, process.argv[2], process.argv[2], ['sh', '-c', 'echo said by the pod'], out, process.stderr, null, false,
      (status) => (status.status === 'Success' ? resolve() : reject(new Error(status.message))))
    .catch(reject);
});
assert.equal(said.trim(), 'said by the pod');
console.log('ok');
process.exit(0);
