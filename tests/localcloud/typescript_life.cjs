// The TypeScript SDK on the embedded OCI: a model's life in the catalog, and objects in a bucket.
//
//   NODE_PATH=…/node_modules node typescript_life.cjs URL CONFIG COMPARTMENT PROJECT ARTIFACT
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const common = require("oci-common");
const datascience = require("oci-datascience");
const objectstorage = require("oci-objectstorage");

const [url, config, compartmentId, projectId, artifact] = process.argv.slice(2);

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function catalog(authenticationDetailsProvider) {
  const client = new datascience.DataScienceClient({ authenticationDetailsProvider });
  client.endpoint = url;
  const made = await client.createModel({
    createModelDetails: { compartmentId, projectId, displayName: "wine", freeformTags: { by: "typescript" } },
  });
  const modelId = made.model.id;
  await client.createModelArtifact({
    modelId,
    modelArtifact: fs.readFileSync(artifact),
    contentDisposition: 'attachment; filename="wine.zip"',
    contentLength: fs.statSync(artifact).size,
  });
  const head = await client.headModelArtifact({ modelId });
  assert.strictEqual(Number(head.contentLength), fs.statSync(artifact).size);
  await client.createModelProvenance({ modelId, createModelProvenanceDetails: { gitBranch: "main" } });
  assert.strictEqual((await client.getModelProvenance({ modelId })).modelProvenance.gitBranch, "main");
  await client.updateModel({ modelId, updateModelDetails: { description: "red" } });
  const got = await client.getModel({ modelId });
  assert.deepStrictEqual([got.model.description, got.model.freeformTags.by], ["red", "typescript"]);
  const listed = await client.listModels({ compartmentId, displayName: "wine" });
  assert.deepStrictEqual(listed.items.map((item) => item.id), [modelId]);
  await client.createModelDefinedMetadatumArtifact({
    modelId,
    metadatumKeyName: "Readme",
    modelDefinedMetadatumArtifact: Buffer.from("# Wine"),
    contentLength: 6,
  });
  await client.restoreArchivedModelArtifact({ modelId });
  await client.deleteModel({ modelId });
  await assert.rejects(
    client.getModel({ modelId: "ocid1.datasciencemodel.oc1.local.none" }),
    (error) => error.statusCode === 404
  );
}

async function objects(authenticationDetailsProvider) {
  const client = new objectstorage.ObjectStorageClient({ authenticationDetailsProvider });
  client.endpoint = url;
  const namespaceName = (await client.getNamespace({})).value;
  const place = { namespaceName, bucketName: "typescript" };
  await client.createBucket({ namespaceName, createBucketDetails: { name: "typescript", compartmentId } });
  await client.putObject({ ...place, objectName: "a/b", putObjectBody: "content", contentLength: 7 });
  const found = await client.getObject({ ...place, objectName: "a/b" });
  assert.strictEqual(await text(found.value), "content");
  await client.copyObject({
    ...place,
    copyObjectDetails: {
      sourceObjectName: "a/b",
      destinationRegion: "us-ashburn-1",
      destinationNamespace: namespaceName,
      destinationBucket: "typescript",
      destinationObjectName: "c",
    },
  });
  const names = (await client.listObjects(place)).listObjects.objects.map((item) => item.name);
  assert.deepStrictEqual(names, ["a/b", "c"]);
  const shared = await client.createPreauthenticatedRequest({
    ...place,
    createPreauthenticatedRequestDetails: {
      name: "shared",
      objectName: "c",
      accessType: "ObjectRead",
      timeExpires: new Date(Date.now() + 3600000),
    },
  });
  const open = await fetch(url + shared.preauthenticatedRequest.accessUri);
  assert.strictEqual(await open.text(), "content");
  for (const objectName of names) await client.deleteObject({ ...place, objectName });
  await client.deleteBucket(place);
}

async function main() {
  const provider = new common.ConfigFileAuthenticationDetailsProvider(config, "DEFAULT");
  await catalog(provider);
  await objects(provider);
  console.log("TypeScript lived a life");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
