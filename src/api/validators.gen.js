// Generated from crds/ by `npm run gen`: change the definitions, not this file.
import ucs2length from 'ajv/dist/runtime/ucs2length.js';

export const MqttBroker = validate10;
const schema11 = {"$id":"MqttBroker","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"mqttsecurity.io/v1alpha1"},"kind":{"const":"MqttBroker"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"generation":{"type":"integer"},"resourceVersion":{"type":"string"},"creationTimestamp":{"type":["string","null"]},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}}}},"spec":{"type":"object","required":["mosquitto","listeners","tls"],"properties":{"mosquitto":{"type":"object","required":["version"],"properties":{"version":{"type":"string","enum":["2.0","2.1"],"maxLength":3}},"additionalProperties":false},"listeners":{"type":"array","minItems":1,"maxItems":8,"items":{"type":"object","required":["name","port","authentication"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","minLength":1,"maxLength":15},"port":{"type":"integer","minimum":1,"maximum":65535},"authentication":{"type":"string","enum":["Certificate","Password"],"maxLength":11},"tls":{"type":"object","default":{"enabled":true},"properties":{"enabled":{"type":"boolean","default":true}},"additionalProperties":false},"protocol":{"type":"string","enum":["MQTT","WebSockets"],"default":"MQTT","maxLength":10},"maxConnections":{"type":"integer","minimum":1,"maximum":1000000}},"additionalProperties":false}},"tls":{"type":"object","required":["serverCertificate"],"properties":{"profile":{"type":"string","enum":["Modern","Intermediate"],"default":"Intermediate","maxLength":12},"serverCertificate":{"type":"object","properties":{"secretRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"issuerRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"kind":{"type":"string","default":"Issuer","pattern":"^[A-Z][A-Za-z0-9]*$","minLength":1,"maxLength":63},"group":{"type":"string","default":"cert-manager.io","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"dnsNames":{"type":"array","maxItems":32,"uniqueItems":true,"items":{"type":"string","pattern":"^([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"ipAddresses":{"type":"array","maxItems":32,"uniqueItems":true,"items":{"type":"string","pattern":"^[0-9A-Fa-f:.]+$","minLength":1,"maxLength":45}}},"additionalProperties":false}},"additionalProperties":false},"clientCertificates":{"type":"object","required":["issuerRef"],"properties":{"issuerRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"kind":{"type":"string","default":"Issuer","pattern":"^[A-Z][A-Za-z0-9]*$","minLength":1,"maxLength":63},"group":{"type":"string","default":"cert-manager.io","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"duration":{"type":"string","default":"2160h","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"renewBefore":{"type":"string","default":"720h","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"trustedCas":{"type":"array","minItems":1,"maxItems":8,"items":{"type":"object","required":["name","caRef"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","minLength":1,"maxLength":63},"caRef":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string","enum":["ConfigMap","Secret"],"maxLength":9},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"ca.crt","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"revocation":{"type":"object","default":{"type":"SignedCrl"},"properties":{"type":{"type":"string","enum":["SignedCrl","ExternalCrl","None"],"default":"SignedCrl","maxLength":11},"signerSecretRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"crlRef":{"type":"object","required":["name"],"properties":{"kind":{"type":"string","enum":["ConfigMap","Secret"],"default":"ConfigMap","maxLength":9},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"ca.crl","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"crlUrl":{"type":"object","required":["url"],"properties":{"url":{"type":"string","pattern":"^https?://[A-Za-z0-9.:_-]+(/[!-~]*)?$","minLength":10,"maxLength":2048},"caRef":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string","enum":["ConfigMap","Secret"],"maxLength":9},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"ca.crt","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"refreshSeconds":{"type":"integer","default":3600,"minimum":60,"maximum":86400}},"additionalProperties":false},"validitySeconds":{"type":"integer","minimum":3600,"maximum":7776000}},"additionalProperties":false}},"additionalProperties":false}}},"additionalProperties":false},"acl":{"type":"object","default":{},"properties":{"layout":{"type":"string","enum":["PerIdentity","Patterns"],"default":"PerIdentity","maxLength":11},"defaultTemplateRefs":{"type":"array","maxItems":8,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"parameters":{"type":"object","maxProperties":32,"additionalProperties":{"type":["string","integer","boolean"],"maxLength":256,"minimum":-9007199254740991,"maximum":9007199254740991}}},"additionalProperties":false}}},"additionalProperties":false},"allowedNamespaces":{"type":"object","default":{"from":"Same","roles":["Device"]},"properties":{"from":{"type":"string","enum":["Same","Selector","All"],"default":"Same","maxLength":8},"selector":{"type":"object","required":["matchLabels"],"properties":{"matchLabels":{"type":"object","minProperties":1,"maxProperties":16,"additionalProperties":{"type":"string","pattern":"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$","minLength":0,"maxLength":63}}},"additionalProperties":false},"topicPrefix":{"type":"string","pattern":"^[^\\x00-\\x20\\x7f-\\x9f]+$","minLength":1,"maxLength":256},"roles":{"type":"array","default":["Device"],"minItems":1,"maxItems":3,"uniqueItems":true,"items":{"type":"string","enum":["Device","Backend","Admin"],"maxLength":7}}},"additionalProperties":false},"update":{"type":"object","default":{},"properties":{"strategy":{"type":"string","enum":["Reload","Roll"],"default":"Reload","maxLength":6},"windowMilliseconds":{"type":"integer","default":500,"minimum":0,"maximum":60000}},"additionalProperties":false},"workload":{"type":"object","properties":{"managed":{"type":"object","properties":{"image":{"type":"string","pattern":"^[^\\x00-\\x20]+$","minLength":1,"maxLength":512},"agentImage":{"type":"string","pattern":"^[^\\x00-\\x20]+$","minLength":1,"maxLength":512},"imagePullSecrets":{"type":"array","maxItems":8,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false}},"replicas":{"type":"integer","default":1,"minimum":0,"maximum":16},"acknowledgeNoClustering":{"type":"boolean","default":false},"storage":{"type":"object","required":["size"],"properties":{"size":{"type":["integer","string"],"pattern":"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$","maxLength":32,"minimum":0,"maximum":1125899906842624},"storageClassName":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"resources":{"type":"object","properties":{"requests":{"type":"object","maxProperties":8,"additionalProperties":{"type":["integer","string"],"pattern":"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$","maxLength":32,"minimum":0,"maximum":1125899906842624}},"limits":{"type":"object","maxProperties":8,"additionalProperties":{"type":["integer","string"],"pattern":"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$","maxLength":32,"minimum":0,"maximum":1125899906842624}}},"additionalProperties":false},"nodeSelector":{"type":"object","maxProperties":32,"additionalProperties":{"type":"string","minLength":0,"maxLength":63}},"service":{"type":"object","default":{},"properties":{"type":{"type":"string","enum":["ClusterIP","NodePort","LoadBalancer"],"default":"ClusterIP","maxLength":12}},"additionalProperties":false}},"additionalProperties":false},"ref":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string","enum":["StatefulSet","Deployment"],"maxLength":11},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"external":{"type":"object","required":["instances"],"properties":{"instances":{"type":"array","minItems":1,"maxItems":16,"uniqueItems":true,"items":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","minLength":1,"maxLength":63}}},"additionalProperties":false}},"additionalProperties":false},"limits":{"type":"object","default":{"maxPacketSizeBytes":1048576},"properties":{"maxPacketSizeBytes":{"type":"integer","default":1048576,"minimum":1024,"maximum":268435455},"messageSizeLimitBytes":{"type":"integer","minimum":1,"maximum":268435455},"maxKeepaliveSeconds":{"type":"integer","minimum":10,"maximum":65535},"persistentClientExpirationSeconds":{"type":"integer","minimum":3600,"maximum":31536000},"maxQueuedMessages":{"type":"integer","minimum":1,"maximum":1000000},"maxQueuedBytes":{"type":"integer","minimum":1,"maximum":2147483647},"maxInflightMessages":{"type":"integer","minimum":1,"maximum":65535}},"additionalProperties":false},"monitoring":{"type":"object","properties":{"observe":{"type":"string","enum":["Disabled","Enabled"],"default":"Disabled","maxLength":8},"aclViolations":{"type":"string","enum":["Disabled","Enabled"],"default":"Disabled","maxLength":8},"deviceMetrics":{"type":"string","enum":["Disabled","Enabled"],"default":"Disabled","maxLength":8},"alertTopic":{"type":"string","pattern":"^[A-Za-z0-9._:@-]+(/[A-Za-z0-9._:@-]+){0,15}$","maxLength":128},"rules":{"type":"array","maxItems":36,"items":{"type":"object","required":["event"],"properties":{"event":{"type":"string","enum":["AuthenticationFailed","PublishDenied","ConnectStorm","Oversize","Flood","Takeover","Silent","TopicUnseen","SizeUnusual"],"maxLength":20},"role":{"type":"string","enum":["Any","Device","Backend","Admin"],"default":"Any","maxLength":7},"alert":{"type":"string","enum":["Enabled","Disabled"],"default":"Enabled","maxLength":8},"threshold":{"type":"integer","minimum":1,"maximum":100000},"windowSeconds":{"type":"integer","minimum":1,"maximum":2592000}},"additionalProperties":false}}},"additionalProperties":false},"lockout":{"type":"object","properties":{"maxFailures":{"type":"integer","default":20,"minimum":1,"maximum":100000},"windowSeconds":{"type":"integer","default":60,"minimum":1,"maximum":86400},"blockSeconds":{"type":"integer","default":900,"minimum":1,"maximum":604800}},"additionalProperties":false},"tokens":{"type":"object","required":["issuers"],"properties":{"issuers":{"type":"array","minItems":1,"maxItems":8,"items":{"type":"object","required":["issuer","audience","jwks"],"properties":{"issuer":{"type":"string","pattern":"^[!-~]+$","minLength":1,"maxLength":512},"audience":{"type":"string","pattern":"^[!-~]+$","minLength":1,"maxLength":512},"jwks":{"type":"object","properties":{"ref":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string","enum":["ConfigMap","Secret"],"maxLength":9},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"jwks.json","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"url":{"type":"string","pattern":"^https://[A-Za-z0-9.:_-]+(/[!-~]*)?$","minLength":10,"maxLength":2048},"caRef":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string","enum":["ConfigMap","Secret"],"maxLength":9},"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"ca.crt","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"refreshSeconds":{"type":"integer","default":300,"minimum":30,"maximum":86400}},"additionalProperties":false},"algorithms":{"type":"array","default":["RS256","ES256"],"minItems":1,"maxItems":10,"uniqueItems":true,"items":{"type":"string","enum":["RS256","RS384","RS512","PS256","PS384","PS512","ES256","ES384","ES512","EdDSA"],"maxLength":5}},"identityClaim":{"type":"string","default":"sub","pattern":"^[!-~]+$","minLength":1,"maxLength":128},"requiredClaims":{"type":"array","maxItems":16,"items":{"type":"object","required":["name","value"],"properties":{"name":{"type":"string","pattern":"^[!-~]+$","minLength":1,"maxLength":128},"value":{"type":"string","minLength":1,"maxLength":512}},"additionalProperties":false}},"maxLifetimeSeconds":{"type":"integer","default":86400,"minimum":60,"maximum":31536000},"clockSkewSeconds":{"type":"integer","default":30,"minimum":0,"maximum":300}},"additionalProperties":false}}},"additionalProperties":false}},"additionalProperties":false},"status":{"type":"object"}},"additionalProperties":false};
const func0 = Object.prototype.hasOwnProperty;
const func71 = ucs2length.default;
const pattern0 = new RegExp("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "u");
const pattern1 = new RegExp("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "u");
const pattern3 = new RegExp("^[A-Z][A-Za-z0-9]*$", "u");
const pattern5 = new RegExp("^([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "u");
const pattern6 = new RegExp("^[0-9A-Fa-f:.]+$", "u");
const pattern10 = new RegExp("^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$", "u");
const pattern14 = new RegExp("^[-._a-zA-Z0-9]+$", "u");
const pattern18 = new RegExp("^https?://[A-Za-z0-9.:_-]+(/[!-~]*)?$", "u");
const pattern22 = new RegExp("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", "u");
const pattern23 = new RegExp("^[^\\x00-\\x20\\x7f-\\x9f]+$", "u");
const pattern24 = new RegExp("^[^\\x00-\\x20]+$", "u");
const pattern27 = new RegExp("^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$", "u");
const pattern33 = new RegExp("^[A-Za-z0-9._:@-]+(/[A-Za-z0-9._:@-]+){0,15}$", "u");
const pattern34 = new RegExp("^[!-~]+$", "u");
const pattern38 = new RegExp("^https://[A-Za-z0-9.:_-]+(/[!-~]*)?$", "u");

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="MqttBroker" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.apiVersion === undefined) || (!(func0.call(data, "apiVersion")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if((data.kind === undefined) || (!(func0.call(data, "kind")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((data.metadata === undefined) || (!(func0.call(data, "metadata")))){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((data.spec === undefined) || (!(func0.call(data, "spec")))){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec")) || (key0 === "status"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},schema:false,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined && func0.call(data, "apiVersion")){
let data0 = data.apiVersion;
if("mqttsecurity.io/v1alpha1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "mqttsecurity.io/v1alpha1"},schema:"mqttsecurity.io/v1alpha1",parentSchema:schema11.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined && func0.call(data, "kind")){
let data1 = data.kind;
if("MqttBroker" !== data1){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "MqttBroker"},schema:"MqttBroker",parentSchema:schema11.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.metadata !== undefined && func0.call(data, "metadata")){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if((data2.name === undefined) || (!(func0.call(data2, "name")))){
const err7 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.metadata.required,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.name !== undefined && func0.call(data2, "name")){
let data3 = data2.name;
if(typeof data3 !== "string"){
const err8 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.name.type,parentSchema:schema11.properties.metadata.properties.name,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.namespace !== undefined && func0.call(data2, "namespace")){
let data4 = data2.namespace;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.namespace.type,parentSchema:schema11.properties.metadata.properties.namespace,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.uid !== undefined && func0.call(data2, "uid")){
let data5 = data2.uid;
if(typeof data5 !== "string"){
const err10 = {instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.uid.type,parentSchema:schema11.properties.metadata.properties.uid,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.generation !== undefined && func0.call(data2, "generation")){
let data6 = data2.generation;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
const err11 = {instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.metadata.properties.generation.type,parentSchema:schema11.properties.metadata.properties.generation,data:data6};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.resourceVersion !== undefined && func0.call(data2, "resourceVersion")){
let data7 = data2.resourceVersion;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.resourceVersion.type,parentSchema:schema11.properties.metadata.properties.resourceVersion,data:data7};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.creationTimestamp !== undefined && func0.call(data2, "creationTimestamp")){
let data8 = data2.creationTimestamp;
if((typeof data8 !== "string") && (data8 !== null)){
const err13 = {instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: schema11.properties.metadata.properties.creationTimestamp.type},schema:schema11.properties.metadata.properties.creationTimestamp.type,parentSchema:schema11.properties.metadata.properties.creationTimestamp,data:data8};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.deletionTimestamp !== undefined && func0.call(data2, "deletionTimestamp")){
let data9 = data2.deletionTimestamp;
if(typeof data9 !== "string"){
const err14 = {instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.deletionTimestamp.type,parentSchema:schema11.properties.metadata.properties.deletionTimestamp,data:data9};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.finalizers !== undefined && func0.call(data2, "finalizers")){
let data10 = data2.finalizers;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.finalizers.items.type,parentSchema:schema11.properties.metadata.properties.finalizers.items,data:data11};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},schema:schema11.properties.metadata.properties.finalizers.type,parentSchema:schema11.properties.metadata.properties.finalizers,data:data10};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined && func0.call(data2, "labels")){
let data12 = data2.labels;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
let data13 = data12[key1];
if(typeof data13 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.labels.additionalProperties,data:data13};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},schema:schema11.properties.metadata.properties.labels.type,parentSchema:schema11.properties.metadata.properties.labels,data:data12};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined && func0.call(data2, "annotations")){
let data14 = data2.annotations;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key2 of Object.keys(data14)){
let data15 = data14[key2];
if(typeof data15 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema11.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.annotations.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},schema:schema11.properties.metadata.properties.annotations.type,parentSchema:schema11.properties.metadata.properties.annotations,data:data14};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},schema:schema11.properties.metadata.type,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined && func0.call(data, "spec")){
let data16 = data.spec;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.acl === undefined){
data16.acl = {};
}
if(data16.allowedNamespaces === undefined){
data16.allowedNamespaces = {"from":"Same","roles":["Device"]};
}
if(data16.update === undefined){
data16.update = {};
}
if(data16.limits === undefined){
data16.limits = {"maxPacketSizeBytes":1048576};
}
if((data16.mosquitto === undefined) || (!(func0.call(data16, "mosquitto")))){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "mosquitto"},schema:schema11.properties.spec.required,parentSchema:schema11.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((data16.listeners === undefined) || (!(func0.call(data16, "listeners")))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "listeners"},schema:schema11.properties.spec.required,parentSchema:schema11.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if((data16.tls === undefined) || (!(func0.call(data16, "tls")))){
const err24 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "tls"},schema:schema11.properties.spec.required,parentSchema:schema11.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key3 of Object.keys(data16)){
if(!(func0.call(schema11.properties.spec.properties, key3))){
const err25 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},schema:false,parentSchema:schema11.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data16.mosquitto !== undefined && func0.call(data16, "mosquitto")){
let data17 = data16.mosquitto;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if((data17.version === undefined) || (!(func0.call(data17, "version")))){
const err26 = {instancePath:instancePath+"/spec/mosquitto",schemaPath:"#/properties/spec/properties/mosquitto/required",keyword:"required",params:{missingProperty: "version"},schema:schema11.properties.spec.properties.mosquitto.required,parentSchema:schema11.properties.spec.properties.mosquitto,data:data17};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
for(const key4 of Object.keys(data17)){
if(!(key4 === "version")){
const err27 = {instancePath:instancePath+"/spec/mosquitto",schemaPath:"#/properties/spec/properties/mosquitto/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},schema:false,parentSchema:schema11.properties.spec.properties.mosquitto,data:data17};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data17.version !== undefined && func0.call(data17, "version")){
let data18 = data17.version;
if(!((data18 === "2.0") || (data18 === "2.1"))){
const err28 = {instancePath:instancePath+"/spec/mosquitto/version",schemaPath:"#/properties/spec/properties/mosquitto/properties/version/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.mosquitto.properties.version.enum},schema:schema11.properties.spec.properties.mosquitto.properties.version.enum,parentSchema:schema11.properties.spec.properties.mosquitto.properties.version,data:data18};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(typeof data18 === "string"){
if(func71(data18) > 3){
const err29 = {instancePath:instancePath+"/spec/mosquitto/version",schemaPath:"#/properties/spec/properties/mosquitto/properties/version/maxLength",keyword:"maxLength",params:{limit: 3},schema:3,parentSchema:schema11.properties.spec.properties.mosquitto.properties.version,data:data18};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/spec/mosquitto/version",schemaPath:"#/properties/spec/properties/mosquitto/properties/version/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.mosquitto.properties.version.type,parentSchema:schema11.properties.spec.properties.mosquitto.properties.version,data:data18};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/spec/mosquitto",schemaPath:"#/properties/spec/properties/mosquitto/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.mosquitto.type,parentSchema:schema11.properties.spec.properties.mosquitto,data:data17};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data16.listeners !== undefined && func0.call(data16, "listeners")){
let data19 = data16.listeners;
if(Array.isArray(data19)){
if(data19.length > 8){
const err32 = {instancePath:instancePath+"/spec/listeners",schemaPath:"#/properties/spec/properties/listeners/maxItems",keyword:"maxItems",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.listeners,data:data19};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data19.length < 1){
const err33 = {instancePath:instancePath+"/spec/listeners",schemaPath:"#/properties/spec/properties/listeners/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.listeners,data:data19};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
const len1 = data19.length;
for(let i1=0; i1<len1; i1++){
let data20 = data19[i1];
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.tls === undefined){
data20.tls = {"enabled":true};
}
if(data20.protocol === undefined){
data20.protocol = "MQTT";
}
if((data20.name === undefined) || (!(func0.call(data20, "name")))){
const err34 = {instancePath:instancePath+"/spec/listeners/" + i1,schemaPath:"#/properties/spec/properties/listeners/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.listeners.items.required,parentSchema:schema11.properties.spec.properties.listeners.items,data:data20};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((data20.port === undefined) || (!(func0.call(data20, "port")))){
const err35 = {instancePath:instancePath+"/spec/listeners/" + i1,schemaPath:"#/properties/spec/properties/listeners/items/required",keyword:"required",params:{missingProperty: "port"},schema:schema11.properties.spec.properties.listeners.items.required,parentSchema:schema11.properties.spec.properties.listeners.items,data:data20};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((data20.authentication === undefined) || (!(func0.call(data20, "authentication")))){
const err36 = {instancePath:instancePath+"/spec/listeners/" + i1,schemaPath:"#/properties/spec/properties/listeners/items/required",keyword:"required",params:{missingProperty: "authentication"},schema:schema11.properties.spec.properties.listeners.items.required,parentSchema:schema11.properties.spec.properties.listeners.items,data:data20};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
for(const key5 of Object.keys(data20)){
if(!((((((key5 === "name") || (key5 === "port")) || (key5 === "authentication")) || (key5 === "tls")) || (key5 === "protocol")) || (key5 === "maxConnections"))){
const err37 = {instancePath:instancePath+"/spec/listeners/" + i1,schemaPath:"#/properties/spec/properties/listeners/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},schema:false,parentSchema:schema11.properties.spec.properties.listeners.items,data:data20};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data20.name !== undefined && func0.call(data20, "name")){
let data21 = data20.name;
if(typeof data21 === "string"){
if(func71(data21) > 15){
const err38 = {instancePath:instancePath+"/spec/listeners/" + i1+"/name",schemaPath:"#/properties/spec/properties/listeners/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 15},schema:15,parentSchema:schema11.properties.spec.properties.listeners.items.properties.name,data:data21};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(func71(data21) < 1){
const err39 = {instancePath:instancePath+"/spec/listeners/" + i1+"/name",schemaPath:"#/properties/spec/properties/listeners/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.listeners.items.properties.name,data:data21};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(!pattern0.test(data21)){
const err40 = {instancePath:instancePath+"/spec/listeners/" + i1+"/name",schemaPath:"#/properties/spec/properties/listeners/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.listeners.items.properties.name,data:data21};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/spec/listeners/" + i1+"/name",schemaPath:"#/properties/spec/properties/listeners/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.listeners.items.properties.name.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.name,data:data21};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data20.port !== undefined && func0.call(data20, "port")){
let data22 = data20.port;
if(!((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22)))){
const err42 = {instancePath:instancePath+"/spec/listeners/" + i1+"/port",schemaPath:"#/properties/spec/properties/listeners/items/properties/port/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.listeners.items.properties.port.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.port,data:data22};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(typeof data22 == "number"){
if(data22 > 65535 || isNaN(data22)){
const err43 = {instancePath:instancePath+"/spec/listeners/" + i1+"/port",schemaPath:"#/properties/spec/properties/listeners/items/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},schema:65535,parentSchema:schema11.properties.spec.properties.listeners.items.properties.port,data:data22};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data22 < 1 || isNaN(data22)){
const err44 = {instancePath:instancePath+"/spec/listeners/" + i1+"/port",schemaPath:"#/properties/spec/properties/listeners/items/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.listeners.items.properties.port,data:data22};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
if(data20.authentication !== undefined && func0.call(data20, "authentication")){
let data23 = data20.authentication;
if(!((data23 === "Certificate") || (data23 === "Password"))){
const err45 = {instancePath:instancePath+"/spec/listeners/" + i1+"/authentication",schemaPath:"#/properties/spec/properties/listeners/items/properties/authentication/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.listeners.items.properties.authentication.enum},schema:schema11.properties.spec.properties.listeners.items.properties.authentication.enum,parentSchema:schema11.properties.spec.properties.listeners.items.properties.authentication,data:data23};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(typeof data23 === "string"){
if(func71(data23) > 11){
const err46 = {instancePath:instancePath+"/spec/listeners/" + i1+"/authentication",schemaPath:"#/properties/spec/properties/listeners/items/properties/authentication/maxLength",keyword:"maxLength",params:{limit: 11},schema:11,parentSchema:schema11.properties.spec.properties.listeners.items.properties.authentication,data:data23};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/spec/listeners/" + i1+"/authentication",schemaPath:"#/properties/spec/properties/listeners/items/properties/authentication/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.listeners.items.properties.authentication.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.authentication,data:data23};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
let data24 = data20.tls;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.enabled === undefined){
data24.enabled = true;
}
for(const key6 of Object.keys(data24)){
if(!(key6 === "enabled")){
const err48 = {instancePath:instancePath+"/spec/listeners/" + i1+"/tls",schemaPath:"#/properties/spec/properties/listeners/items/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},schema:false,parentSchema:schema11.properties.spec.properties.listeners.items.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
let data25 = data24.enabled;
if(typeof data25 !== "boolean"){
const err49 = {instancePath:instancePath+"/spec/listeners/" + i1+"/tls/enabled",schemaPath:"#/properties/spec/properties/listeners/items/properties/tls/properties/enabled/type",keyword:"type",params:{type: "boolean"},schema:schema11.properties.spec.properties.listeners.items.properties.tls.properties.enabled.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.tls.properties.enabled,data:data25};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/spec/listeners/" + i1+"/tls",schemaPath:"#/properties/spec/properties/listeners/items/properties/tls/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.listeners.items.properties.tls.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
let data26 = data20.protocol;
if(!((data26 === "MQTT") || (data26 === "WebSockets"))){
const err51 = {instancePath:instancePath+"/spec/listeners/" + i1+"/protocol",schemaPath:"#/properties/spec/properties/listeners/items/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.listeners.items.properties.protocol.enum},schema:schema11.properties.spec.properties.listeners.items.properties.protocol.enum,parentSchema:schema11.properties.spec.properties.listeners.items.properties.protocol,data:data26};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(typeof data26 === "string"){
if(func71(data26) > 10){
const err52 = {instancePath:instancePath+"/spec/listeners/" + i1+"/protocol",schemaPath:"#/properties/spec/properties/listeners/items/properties/protocol/maxLength",keyword:"maxLength",params:{limit: 10},schema:10,parentSchema:schema11.properties.spec.properties.listeners.items.properties.protocol,data:data26};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/spec/listeners/" + i1+"/protocol",schemaPath:"#/properties/spec/properties/listeners/items/properties/protocol/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.listeners.items.properties.protocol.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.protocol,data:data26};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data20.maxConnections !== undefined && func0.call(data20, "maxConnections")){
let data27 = data20.maxConnections;
if(!((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27)))){
const err54 = {instancePath:instancePath+"/spec/listeners/" + i1+"/maxConnections",schemaPath:"#/properties/spec/properties/listeners/items/properties/maxConnections/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.listeners.items.properties.maxConnections.type,parentSchema:schema11.properties.spec.properties.listeners.items.properties.maxConnections,data:data27};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(typeof data27 == "number"){
if(data27 > 1000000 || isNaN(data27)){
const err55 = {instancePath:instancePath+"/spec/listeners/" + i1+"/maxConnections",schemaPath:"#/properties/spec/properties/listeners/items/properties/maxConnections/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},schema:1000000,parentSchema:schema11.properties.spec.properties.listeners.items.properties.maxConnections,data:data27};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data27 < 1 || isNaN(data27)){
const err56 = {instancePath:instancePath+"/spec/listeners/" + i1+"/maxConnections",schemaPath:"#/properties/spec/properties/listeners/items/properties/maxConnections/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.listeners.items.properties.maxConnections,data:data27};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
}
else {
const err57 = {instancePath:instancePath+"/spec/listeners/" + i1,schemaPath:"#/properties/spec/properties/listeners/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.listeners.items.type,parentSchema:schema11.properties.spec.properties.listeners.items,data:data20};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
else {
const err58 = {instancePath:instancePath+"/spec/listeners",schemaPath:"#/properties/spec/properties/listeners/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.listeners.type,parentSchema:schema11.properties.spec.properties.listeners,data:data19};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data16.tls !== undefined && func0.call(data16, "tls")){
let data28 = data16.tls;
if(data28 && typeof data28 == "object" && !Array.isArray(data28)){
if(data28.profile === undefined){
data28.profile = "Intermediate";
}
if((data28.serverCertificate === undefined) || (!(func0.call(data28, "serverCertificate")))){
const err59 = {instancePath:instancePath+"/spec/tls",schemaPath:"#/properties/spec/properties/tls/required",keyword:"required",params:{missingProperty: "serverCertificate"},schema:schema11.properties.spec.properties.tls.required,parentSchema:schema11.properties.spec.properties.tls,data:data28};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
for(const key7 of Object.keys(data28)){
if(!((key7 === "profile") || (key7 === "serverCertificate"))){
const err60 = {instancePath:instancePath+"/spec/tls",schemaPath:"#/properties/spec/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},schema:false,parentSchema:schema11.properties.spec.properties.tls,data:data28};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
let data29 = data28.profile;
if(!((data29 === "Modern") || (data29 === "Intermediate"))){
const err61 = {instancePath:instancePath+"/spec/tls/profile",schemaPath:"#/properties/spec/properties/tls/properties/profile/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.tls.properties.profile.enum},schema:schema11.properties.spec.properties.tls.properties.profile.enum,parentSchema:schema11.properties.spec.properties.tls.properties.profile,data:data29};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(typeof data29 === "string"){
if(func71(data29) > 12){
const err62 = {instancePath:instancePath+"/spec/tls/profile",schemaPath:"#/properties/spec/properties/tls/properties/profile/maxLength",keyword:"maxLength",params:{limit: 12},schema:12,parentSchema:schema11.properties.spec.properties.tls.properties.profile,data:data29};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
else {
const err63 = {instancePath:instancePath+"/spec/tls/profile",schemaPath:"#/properties/spec/properties/tls/properties/profile/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.profile.type,parentSchema:schema11.properties.spec.properties.tls.properties.profile,data:data29};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data28.serverCertificate !== undefined && func0.call(data28, "serverCertificate")){
let data30 = data28.serverCertificate;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
for(const key8 of Object.keys(data30)){
if(!((((key8 === "secretRef") || (key8 === "issuerRef")) || (key8 === "dnsNames")) || (key8 === "ipAddresses"))){
const err64 = {instancePath:instancePath+"/spec/tls/serverCertificate",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},schema:false,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate,data:data30};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data30.secretRef !== undefined && func0.call(data30, "secretRef")){
let data31 = data30.secretRef;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if((data31.name === undefined) || (!(func0.call(data31, "name")))){
const err65 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.required,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef,data:data31};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
for(const key9 of Object.keys(data31)){
if(!(key9 === "name")){
const err66 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},schema:false,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef,data:data31};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data31.name !== undefined && func0.call(data31, "name")){
let data32 = data31.name;
if(typeof data32 === "string"){
if(func71(data32) > 253){
const err67 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(func71(data32) < 1){
const err68 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(!pattern1.test(data32)){
const err69 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
else {
const err70 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.properties.name.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
}
else {
const err71 = {instancePath:instancePath+"/spec/tls/serverCertificate/secretRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/secretRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.secretRef,data:data31};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data30.issuerRef !== undefined && func0.call(data30, "issuerRef")){
let data33 = data30.issuerRef;
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
if(data33.kind === undefined){
data33.kind = "Issuer";
}
if(data33.group === undefined){
data33.group = "cert-manager.io";
}
if((data33.name === undefined) || (!(func0.call(data33, "name")))){
const err72 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.required,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef,data:data33};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
for(const key10 of Object.keys(data33)){
if(!(((key10 === "name") || (key10 === "kind")) || (key10 === "group"))){
const err73 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},schema:false,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef,data:data33};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data33.name !== undefined && func0.call(data33, "name")){
let data34 = data33.name;
if(typeof data34 === "string"){
if(func71(data34) > 253){
const err74 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.name,data:data34};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(func71(data34) < 1){
const err75 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.name,data:data34};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(!pattern1.test(data34)){
const err76 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.name,data:data34};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/name",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.name.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.name,data:data34};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
let data35 = data33.kind;
if(typeof data35 === "string"){
if(func71(data35) > 63){
const err78 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/kind",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.kind,data:data35};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(func71(data35) < 1){
const err79 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/kind",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/kind/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.kind,data:data35};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(!pattern3.test(data35)){
const err80 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/kind",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/kind/pattern",keyword:"pattern",params:{pattern: "^[A-Z][A-Za-z0-9]*$"},schema:"^[A-Z][A-Za-z0-9]*$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.kind,data:data35};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
else {
const err81 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/kind",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.kind,data:data35};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
let data36 = data33.group;
if(typeof data36 === "string"){
if(func71(data36) > 253){
const err82 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/group",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/group/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.group,data:data36};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(func71(data36) < 1){
const err83 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/group",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/group/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.group,data:data36};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(!pattern1.test(data36)){
const err84 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/group",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/group/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.group,data:data36};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef/group",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/properties/group/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.group.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.properties.group,data:data36};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
else {
const err86 = {instancePath:instancePath+"/spec/tls/serverCertificate/issuerRef",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/issuerRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.issuerRef,data:data33};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data30.dnsNames !== undefined && func0.call(data30, "dnsNames")){
let data37 = data30.dnsNames;
if(Array.isArray(data37)){
if(data37.length > 32){
const err87 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/maxItems",keyword:"maxItems",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames,data:data37};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
const len2 = data37.length;
for(let i2=0; i2<len2; i2++){
let data38 = data37[i2];
if(typeof data38 === "string"){
if(func71(data38) > 253){
const err88 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames/" + i2,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/items/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.items,data:data38};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(func71(data38) < 1){
const err89 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames/" + i2,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/items/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.items,data:data38};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(!pattern5.test(data38)){
const err90 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames/" + i2,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/items/pattern",keyword:"pattern",params:{pattern: "^([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.items,data:data38};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames/" + i2,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.items.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.items,data:data38};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
let i3 = data37.length;
let j0;
if(i3 > 1){
const indices0 = {};
for(;i3--;){
let item0 = data37[i3];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err92 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j0},schema:true,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames,data:data37};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
break;
}
indices0[item0] = i3;
}
}
}
else {
const err93 = {instancePath:instancePath+"/spec/tls/serverCertificate/dnsNames",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/dnsNames/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.dnsNames,data:data37};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data30.ipAddresses !== undefined && func0.call(data30, "ipAddresses")){
let data39 = data30.ipAddresses;
if(Array.isArray(data39)){
if(data39.length > 32){
const err94 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/maxItems",keyword:"maxItems",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses,data:data39};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
const len3 = data39.length;
for(let i4=0; i4<len3; i4++){
let data40 = data39[i4];
if(typeof data40 === "string"){
if(func71(data40) > 45){
const err95 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses/" + i4,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/items/maxLength",keyword:"maxLength",params:{limit: 45},schema:45,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.items,data:data40};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if(func71(data40) < 1){
const err96 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses/" + i4,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/items/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.items,data:data40};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(!pattern6.test(data40)){
const err97 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses/" + i4,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/items/pattern",keyword:"pattern",params:{pattern: "^[0-9A-Fa-f:.]+$"},schema:"^[0-9A-Fa-f:.]+$",parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.items,data:data40};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
else {
const err98 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses/" + i4,schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.items.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.items,data:data40};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
let i5 = data39.length;
let j1;
if(i5 > 1){
const indices1 = {};
for(;i5--;){
let item1 = data39[i5];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err99 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j1},schema:true,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses,data:data39};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
break;
}
indices1[item1] = i5;
}
}
}
else {
const err100 = {instancePath:instancePath+"/spec/tls/serverCertificate/ipAddresses",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/properties/ipAddresses/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate.properties.ipAddresses,data:data39};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
else {
const err101 = {instancePath:instancePath+"/spec/tls/serverCertificate",schemaPath:"#/properties/spec/properties/tls/properties/serverCertificate/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tls.properties.serverCertificate.type,parentSchema:schema11.properties.spec.properties.tls.properties.serverCertificate,data:data30};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
}
else {
const err102 = {instancePath:instancePath+"/spec/tls",schemaPath:"#/properties/spec/properties/tls/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tls.type,parentSchema:schema11.properties.spec.properties.tls,data:data28};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data16.clientCertificates !== undefined && func0.call(data16, "clientCertificates")){
let data41 = data16.clientCertificates;
if(data41 && typeof data41 == "object" && !Array.isArray(data41)){
if(data41.duration === undefined){
data41.duration = "2160h";
}
if(data41.renewBefore === undefined){
data41.renewBefore = "720h";
}
if((data41.issuerRef === undefined) || (!(func0.call(data41, "issuerRef")))){
const err103 = {instancePath:instancePath+"/spec/clientCertificates",schemaPath:"#/properties/spec/properties/clientCertificates/required",keyword:"required",params:{missingProperty: "issuerRef"},schema:schema11.properties.spec.properties.clientCertificates.required,parentSchema:schema11.properties.spec.properties.clientCertificates,data:data41};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
for(const key11 of Object.keys(data41)){
if(!((((key11 === "issuerRef") || (key11 === "duration")) || (key11 === "renewBefore")) || (key11 === "trustedCas"))){
const err104 = {instancePath:instancePath+"/spec/clientCertificates",schemaPath:"#/properties/spec/properties/clientCertificates/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates,data:data41};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data41.issuerRef !== undefined && func0.call(data41, "issuerRef")){
let data42 = data41.issuerRef;
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
if(data42.kind === undefined){
data42.kind = "Issuer";
}
if(data42.group === undefined){
data42.group = "cert-manager.io";
}
if((data42.name === undefined) || (!(func0.call(data42, "name")))){
const err105 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef,data:data42};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
for(const key12 of Object.keys(data42)){
if(!(((key12 === "name") || (key12 === "kind")) || (key12 === "group"))){
const err106 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef,data:data42};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data42.name !== undefined && func0.call(data42, "name")){
let data43 = data42.name;
if(typeof data43 === "string"){
if(func71(data43) > 253){
const err107 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.name,data:data43};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
if(func71(data43) < 1){
const err108 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.name,data:data43};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
if(!pattern1.test(data43)){
const err109 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.name,data:data43};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
else {
const err110 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.name,data:data43};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
let data44 = data42.kind;
if(typeof data44 === "string"){
if(func71(data44) > 63){
const err111 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
if(func71(data44) < 1){
const err112 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/kind/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(!pattern3.test(data44)){
const err113 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/kind/pattern",keyword:"pattern",params:{pattern: "^[A-Z][A-Za-z0-9]*$"},schema:"^[A-Z][A-Za-z0-9]*$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
else {
const err114 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.kind,data:data44};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
let data45 = data42.group;
if(typeof data45 === "string"){
if(func71(data45) > 253){
const err115 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/group",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/group/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.group,data:data45};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if(func71(data45) < 1){
const err116 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/group",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/group/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.group,data:data45};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
if(!pattern1.test(data45)){
const err117 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/group",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/group/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.group,data:data45};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
else {
const err118 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef/group",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/properties/group/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.group.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.properties.group,data:data45};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
else {
const err119 = {instancePath:instancePath+"/spec/clientCertificates/issuerRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/issuerRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.issuerRef,data:data42};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
let data46 = data41.duration;
if(typeof data46 === "string"){
if(func71(data46) > 27){
const err120 = {instancePath:instancePath+"/spec/clientCertificates/duration",schemaPath:"#/properties/spec/properties/clientCertificates/properties/duration/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.duration,data:data46};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(func71(data46) < 2){
const err121 = {instancePath:instancePath+"/spec/clientCertificates/duration",schemaPath:"#/properties/spec/properties/clientCertificates/properties/duration/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.duration,data:data46};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
if(!pattern10.test(data46)){
const err122 = {instancePath:instancePath+"/spec/clientCertificates/duration",schemaPath:"#/properties/spec/properties/clientCertificates/properties/duration/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.duration,data:data46};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
else {
const err123 = {instancePath:instancePath+"/spec/clientCertificates/duration",schemaPath:"#/properties/spec/properties/clientCertificates/properties/duration/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.duration.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.duration,data:data46};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
let data47 = data41.renewBefore;
if(typeof data47 === "string"){
if(func71(data47) > 27){
const err124 = {instancePath:instancePath+"/spec/clientCertificates/renewBefore",schemaPath:"#/properties/spec/properties/clientCertificates/properties/renewBefore/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.renewBefore,data:data47};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
if(func71(data47) < 2){
const err125 = {instancePath:instancePath+"/spec/clientCertificates/renewBefore",schemaPath:"#/properties/spec/properties/clientCertificates/properties/renewBefore/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.renewBefore,data:data47};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if(!pattern10.test(data47)){
const err126 = {instancePath:instancePath+"/spec/clientCertificates/renewBefore",schemaPath:"#/properties/spec/properties/clientCertificates/properties/renewBefore/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.renewBefore,data:data47};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
else {
const err127 = {instancePath:instancePath+"/spec/clientCertificates/renewBefore",schemaPath:"#/properties/spec/properties/clientCertificates/properties/renewBefore/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.renewBefore.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.renewBefore,data:data47};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if(data41.trustedCas !== undefined && func0.call(data41, "trustedCas")){
let data48 = data41.trustedCas;
if(Array.isArray(data48)){
if(data48.length > 8){
const err128 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/maxItems",keyword:"maxItems",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas,data:data48};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
if(data48.length < 1){
const err129 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas,data:data48};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
const len4 = data48.length;
for(let i6=0; i6<len4; i6++){
let data49 = data48[i6];
if(data49 && typeof data49 == "object" && !Array.isArray(data49)){
if(data49.revocation === undefined){
data49.revocation = {"type":"SignedCrl"};
}
if((data49.name === undefined) || (!(func0.call(data49, "name")))){
const err130 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6,schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items,data:data49};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
if((data49.caRef === undefined) || (!(func0.call(data49, "caRef")))){
const err131 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6,schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/required",keyword:"required",params:{missingProperty: "caRef"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items,data:data49};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
for(const key13 of Object.keys(data49)){
if(!(((key13 === "name") || (key13 === "caRef")) || (key13 === "revocation"))){
const err132 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6,schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items,data:data49};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data49.name !== undefined && func0.call(data49, "name")){
let data50 = data49.name;
if(typeof data50 === "string"){
if(func71(data50) > 63){
const err133 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.name,data:data50};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
if(func71(data50) < 1){
const err134 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.name,data:data50};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if(!pattern0.test(data50)){
const err135 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.name,data:data50};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
else {
const err136 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.name,data:data50};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
if(data49.caRef !== undefined && func0.call(data49, "caRef")){
let data51 = data49.caRef;
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
if(data51.key === undefined){
data51.key = "ca.crt";
}
if((data51.kind === undefined) || (!(func0.call(data51, "kind")))){
const err137 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef,data:data51};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
if((data51.name === undefined) || (!(func0.call(data51, "name")))){
const err138 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef,data:data51};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
for(const key14 of Object.keys(data51)){
if(!(((key14 === "kind") || (key14 === "name")) || (key14 === "key"))){
const err139 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef,data:data51};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data51.kind !== undefined && func0.call(data51, "kind")){
let data52 = data51.kind;
if(!((data52 === "ConfigMap") || (data52 === "Secret"))){
const err140 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind.enum},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind.enum,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind,data:data52};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if(typeof data52 === "string"){
if(func71(data52) > 9){
const err141 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind,data:data52};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
else {
const err142 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.kind,data:data52};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
if(data51.name !== undefined && func0.call(data51, "name")){
let data53 = data51.name;
if(typeof data53 === "string"){
if(func71(data53) > 253){
const err143 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.name,data:data53};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
if(func71(data53) < 1){
const err144 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.name,data:data53};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if(!pattern1.test(data53)){
const err145 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.name,data:data53};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
else {
const err146 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.name,data:data53};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
let data54 = data51.key;
if(typeof data54 === "string"){
if(func71(data54) > 253){
const err147 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.key,data:data54};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
if(func71(data54) < 1){
const err148 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.key,data:data54};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
if(!pattern14.test(data54)){
const err149 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.key,data:data54};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
else {
const err150 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.key.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.properties.key,data:data54};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
else {
const err151 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/caRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.caRef,data:data51};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
let data55 = data49.revocation;
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
if(data55.type === undefined){
data55.type = "SignedCrl";
}
for(const key15 of Object.keys(data55)){
if(!(((((key15 === "type") || (key15 === "signerSecretRef")) || (key15 === "crlRef")) || (key15 === "crlUrl")) || (key15 === "validitySeconds"))){
const err152 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation,data:data55};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
let data56 = data55.type;
if(!(((data56 === "SignedCrl") || (data56 === "ExternalCrl")) || (data56 === "None"))){
const err153 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/type",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type.enum},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type.enum,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type,data:data56};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
if(typeof data56 === "string"){
if(func71(data56) > 11){
const err154 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/type",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/type/maxLength",keyword:"maxLength",params:{limit: 11},schema:11,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type,data:data56};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
else {
const err155 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/type",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/type/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.type,data:data56};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
if(data55.signerSecretRef !== undefined && func0.call(data55, "signerSecretRef")){
let data57 = data55.signerSecretRef;
if(data57 && typeof data57 == "object" && !Array.isArray(data57)){
if((data57.name === undefined) || (!(func0.call(data57, "name")))){
const err156 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef,data:data57};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
for(const key16 of Object.keys(data57)){
if(!(key16 === "name")){
const err157 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef,data:data57};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
if(data57.name !== undefined && func0.call(data57, "name")){
let data58 = data57.name;
if(typeof data58 === "string"){
if(func71(data58) > 253){
const err158 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.properties.name,data:data58};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if(func71(data58) < 1){
const err159 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.properties.name,data:data58};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
if(!pattern1.test(data58)){
const err160 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.properties.name,data:data58};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.properties.name,data:data58};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
}
else {
const err162 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/signerSecretRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/signerSecretRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.signerSecretRef,data:data57};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
if(data55.crlRef !== undefined && func0.call(data55, "crlRef")){
let data59 = data55.crlRef;
if(data59 && typeof data59 == "object" && !Array.isArray(data59)){
if(data59.kind === undefined){
data59.kind = "ConfigMap";
}
if(data59.key === undefined){
data59.key = "ca.crl";
}
if((data59.name === undefined) || (!(func0.call(data59, "name")))){
const err163 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef,data:data59};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
for(const key17 of Object.keys(data59)){
if(!(((key17 === "kind") || (key17 === "name")) || (key17 === "key"))){
const err164 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef,data:data59};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
let data60 = data59.kind;
if(!((data60 === "ConfigMap") || (data60 === "Secret"))){
const err165 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind.enum},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind.enum,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind,data:data60};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
if(typeof data60 === "string"){
if(func71(data60) > 9){
const err166 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind,data:data60};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
else {
const err167 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.kind,data:data60};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
if(data59.name !== undefined && func0.call(data59, "name")){
let data61 = data59.name;
if(typeof data61 === "string"){
if(func71(data61) > 253){
const err168 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.name,data:data61};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
if(func71(data61) < 1){
const err169 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.name,data:data61};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
if(!pattern1.test(data61)){
const err170 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.name,data:data61};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
else {
const err171 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.name,data:data61};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
let data62 = data59.key;
if(typeof data62 === "string"){
if(func71(data62) > 253){
const err172 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.key,data:data62};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
if(func71(data62) < 1){
const err173 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.key,data:data62};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
if(!pattern14.test(data62)){
const err174 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.key,data:data62};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
else {
const err175 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.key.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.properties.key,data:data62};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
else {
const err176 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlRef,data:data59};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
if(data55.crlUrl !== undefined && func0.call(data55, "crlUrl")){
let data63 = data55.crlUrl;
if(data63 && typeof data63 == "object" && !Array.isArray(data63)){
if(data63.refreshSeconds === undefined){
data63.refreshSeconds = 3600;
}
if((data63.url === undefined) || (!(func0.call(data63, "url")))){
const err177 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/required",keyword:"required",params:{missingProperty: "url"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl,data:data63};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
for(const key18 of Object.keys(data63)){
if(!(((key18 === "url") || (key18 === "caRef")) || (key18 === "refreshSeconds"))){
const err178 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl,data:data63};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
if(data63.url !== undefined && func0.call(data63, "url")){
let data64 = data63.url;
if(typeof data64 === "string"){
if(func71(data64) > 2048){
const err179 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/url",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},schema:2048,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.url,data:data64};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if(func71(data64) < 10){
const err180 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/url",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/url/minLength",keyword:"minLength",params:{limit: 10},schema:10,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.url,data:data64};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
if(!pattern18.test(data64)){
const err181 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/url",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/url/pattern",keyword:"pattern",params:{pattern: "^https?://[A-Za-z0-9.:_-]+(/[!-~]*)?$"},schema:"^https?://[A-Za-z0-9.:_-]+(/[!-~]*)?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.url,data:data64};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
else {
const err182 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/url",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/url/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.url.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.url,data:data64};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
if(data63.caRef !== undefined && func0.call(data63, "caRef")){
let data65 = data63.caRef;
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if(data65.key === undefined){
data65.key = "ca.crt";
}
if((data65.kind === undefined) || (!(func0.call(data65, "kind")))){
const err183 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef,data:data65};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
if((data65.name === undefined) || (!(func0.call(data65, "name")))){
const err184 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.required,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef,data:data65};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
for(const key19 of Object.keys(data65)){
if(!(((key19 === "kind") || (key19 === "name")) || (key19 === "key"))){
const err185 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19},schema:false,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef,data:data65};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
if(data65.kind !== undefined && func0.call(data65, "kind")){
let data66 = data65.kind;
if(!((data66 === "ConfigMap") || (data66 === "Secret"))){
const err186 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind.enum},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind.enum,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind,data:data66};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
if(typeof data66 === "string"){
if(func71(data66) > 9){
const err187 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind,data:data66};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
}
else {
const err188 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/kind",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.kind,data:data66};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
}
if(data65.name !== undefined && func0.call(data65, "name")){
let data67 = data65.name;
if(typeof data67 === "string"){
if(func71(data67) > 253){
const err189 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.name,data:data67};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
if(func71(data67) < 1){
const err190 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.name,data:data67};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
if(!pattern1.test(data67)){
const err191 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.name,data:data67};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
}
else {
const err192 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/name",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.name.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.name,data:data67};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
}
let data68 = data65.key;
if(typeof data68 === "string"){
if(func71(data68) > 253){
const err193 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.key,data:data68};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
if(func71(data68) < 1){
const err194 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.key,data:data68};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
if(!pattern14.test(data68)){
const err195 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.key,data:data68};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
}
else {
const err196 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef/key",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.key.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.properties.key,data:data68};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
}
else {
const err197 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/caRef",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/caRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.caRef,data:data65};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
}
let data69 = data63.refreshSeconds;
if(!((typeof data69 == "number") && (!(data69 % 1) && !isNaN(data69)))){
const err198 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/refreshSeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/refreshSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.refreshSeconds.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.refreshSeconds,data:data69};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
if(typeof data69 == "number"){
if(data69 > 86400 || isNaN(data69)){
const err199 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/refreshSeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/refreshSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},schema:86400,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.refreshSeconds,data:data69};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
if(data69 < 60 || isNaN(data69)){
const err200 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl/refreshSeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/properties/refreshSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 60},schema:60,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.properties.refreshSeconds,data:data69};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
}
else {
const err201 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/crlUrl",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/crlUrl/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.crlUrl,data:data63};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
if(data55.validitySeconds !== undefined && func0.call(data55, "validitySeconds")){
let data70 = data55.validitySeconds;
if(!((typeof data70 == "number") && (!(data70 % 1) && !isNaN(data70)))){
const err202 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/validitySeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/validitySeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.validitySeconds.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.validitySeconds,data:data70};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
if(typeof data70 == "number"){
if(data70 > 7776000 || isNaN(data70)){
const err203 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/validitySeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/validitySeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 7776000},schema:7776000,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.validitySeconds,data:data70};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
if(data70 < 3600 || isNaN(data70)){
const err204 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation/validitySeconds",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/properties/validitySeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 3600},schema:3600,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.properties.validitySeconds,data:data70};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
}
}
}
else {
const err205 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6+"/revocation",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/properties/revocation/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.properties.revocation,data:data55};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
else {
const err206 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas/" + i6,schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.items,data:data49};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
}
else {
const err207 = {instancePath:instancePath+"/spec/clientCertificates/trustedCas",schemaPath:"#/properties/spec/properties/clientCertificates/properties/trustedCas/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas.type,parentSchema:schema11.properties.spec.properties.clientCertificates.properties.trustedCas,data:data48};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
}
}
else {
const err208 = {instancePath:instancePath+"/spec/clientCertificates",schemaPath:"#/properties/spec/properties/clientCertificates/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.clientCertificates.type,parentSchema:schema11.properties.spec.properties.clientCertificates,data:data41};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
let data71 = data16.acl;
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
if(data71.layout === undefined){
data71.layout = "PerIdentity";
}
for(const key20 of Object.keys(data71)){
if(!((key20 === "layout") || (key20 === "defaultTemplateRefs"))){
const err209 = {instancePath:instancePath+"/spec/acl",schemaPath:"#/properties/spec/properties/acl/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key20},schema:false,parentSchema:schema11.properties.spec.properties.acl,data:data71};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
let data72 = data71.layout;
if(!((data72 === "PerIdentity") || (data72 === "Patterns"))){
const err210 = {instancePath:instancePath+"/spec/acl/layout",schemaPath:"#/properties/spec/properties/acl/properties/layout/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.acl.properties.layout.enum},schema:schema11.properties.spec.properties.acl.properties.layout.enum,parentSchema:schema11.properties.spec.properties.acl.properties.layout,data:data72};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
if(typeof data72 === "string"){
if(func71(data72) > 11){
const err211 = {instancePath:instancePath+"/spec/acl/layout",schemaPath:"#/properties/spec/properties/acl/properties/layout/maxLength",keyword:"maxLength",params:{limit: 11},schema:11,parentSchema:schema11.properties.spec.properties.acl.properties.layout,data:data72};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
else {
const err212 = {instancePath:instancePath+"/spec/acl/layout",schemaPath:"#/properties/spec/properties/acl/properties/layout/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.acl.properties.layout.type,parentSchema:schema11.properties.spec.properties.acl.properties.layout,data:data72};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
if(data71.defaultTemplateRefs !== undefined && func0.call(data71, "defaultTemplateRefs")){
let data73 = data71.defaultTemplateRefs;
if(Array.isArray(data73)){
if(data73.length > 8){
const err213 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/maxItems",keyword:"maxItems",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs,data:data73};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
const len5 = data73.length;
for(let i7=0; i7<len5; i7++){
let data74 = data73[i7];
if(data74 && typeof data74 == "object" && !Array.isArray(data74)){
if((data74.name === undefined) || (!(func0.call(data74, "name")))){
const err214 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7,schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.required,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items,data:data74};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
for(const key21 of Object.keys(data74)){
if(!((key21 === "name") || (key21 === "parameters"))){
const err215 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7,schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},schema:false,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items,data:data74};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
if(data74.name !== undefined && func0.call(data74, "name")){
let data75 = data74.name;
if(typeof data75 === "string"){
if(func71(data75) > 253){
const err216 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/name",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.name,data:data75};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
if(func71(data75) < 1){
const err217 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/name",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.name,data:data75};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
if(!pattern1.test(data75)){
const err218 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/name",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.name,data:data75};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
else {
const err219 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/name",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.name.type,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.name,data:data75};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
if(data74.parameters !== undefined && func0.call(data74, "parameters")){
let data76 = data74.parameters;
if(data76 && typeof data76 == "object" && !Array.isArray(data76)){
if(Object.keys(data76).length > 32){
const err220 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/maxProperties",keyword:"maxProperties",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters,data:data76};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
for(const key22 of Object.keys(data76)){
let data77 = data76[key22];
if(((typeof data77 !== "string") && (!((typeof data77 == "number") && (!(data77 % 1) && !isNaN(data77))))) && (typeof data77 !== "boolean")){
const err221 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/additionalProperties/type",keyword:"type",params:{type: schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties.type},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties.type,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties,data:data77};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
if(typeof data77 == "number"){
if(data77 > 9007199254740991 || isNaN(data77)){
const err222 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties,data:data77};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
if(data77 < -9007199254740991 || isNaN(data77)){
const err223 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties,data:data77};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
if(typeof data77 === "string"){
if(func71(data77) > 256){
const err224 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 256},schema:256,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.additionalProperties,data:data77};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
}
}
else {
const err225 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7+"/parameters",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/properties/parameters/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters.type,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.properties.parameters,data:data76};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
}
}
else {
const err226 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs/" + i7,schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items.type,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.items,data:data74};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
}
}
else {
const err227 = {instancePath:instancePath+"/spec/acl/defaultTemplateRefs",schemaPath:"#/properties/spec/properties/acl/properties/defaultTemplateRefs/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs.type,parentSchema:schema11.properties.spec.properties.acl.properties.defaultTemplateRefs,data:data73};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
}
}
else {
const err228 = {instancePath:instancePath+"/spec/acl",schemaPath:"#/properties/spec/properties/acl/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.acl.type,parentSchema:schema11.properties.spec.properties.acl,data:data71};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
let data78 = data16.allowedNamespaces;
if(data78 && typeof data78 == "object" && !Array.isArray(data78)){
if(data78.from === undefined){
data78.from = "Same";
}
if(data78.roles === undefined){
data78.roles = ["Device"];
}
for(const key23 of Object.keys(data78)){
if(!((((key23 === "from") || (key23 === "selector")) || (key23 === "topicPrefix")) || (key23 === "roles"))){
const err229 = {instancePath:instancePath+"/spec/allowedNamespaces",schemaPath:"#/properties/spec/properties/allowedNamespaces/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key23},schema:false,parentSchema:schema11.properties.spec.properties.allowedNamespaces,data:data78};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
}
let data79 = data78.from;
if(!(((data79 === "Same") || (data79 === "Selector")) || (data79 === "All"))){
const err230 = {instancePath:instancePath+"/spec/allowedNamespaces/from",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/from/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.allowedNamespaces.properties.from.enum},schema:schema11.properties.spec.properties.allowedNamespaces.properties.from.enum,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.from,data:data79};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
if(typeof data79 === "string"){
if(func71(data79) > 8){
const err231 = {instancePath:instancePath+"/spec/allowedNamespaces/from",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/from/maxLength",keyword:"maxLength",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.from,data:data79};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
}
else {
const err232 = {instancePath:instancePath+"/spec/allowedNamespaces/from",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/from/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.from.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.from,data:data79};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
if(data78.selector !== undefined && func0.call(data78, "selector")){
let data80 = data78.selector;
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
if((data80.matchLabels === undefined) || (!(func0.call(data80, "matchLabels")))){
const err233 = {instancePath:instancePath+"/spec/allowedNamespaces/selector",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/required",keyword:"required",params:{missingProperty: "matchLabels"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.required,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector,data:data80};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
for(const key24 of Object.keys(data80)){
if(!(key24 === "matchLabels")){
const err234 = {instancePath:instancePath+"/spec/allowedNamespaces/selector",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key24},schema:false,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector,data:data80};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
}
if(data80.matchLabels !== undefined && func0.call(data80, "matchLabels")){
let data81 = data80.matchLabels;
if(data81 && typeof data81 == "object" && !Array.isArray(data81)){
if(Object.keys(data81).length > 16){
const err235 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/maxProperties",keyword:"maxProperties",params:{limit: 16},schema:16,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels,data:data81};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
if(Object.keys(data81).length < 1){
const err236 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/minProperties",keyword:"minProperties",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels,data:data81};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
for(const key25 of Object.keys(data81)){
let data82 = data81[key25];
if(typeof data82 === "string"){
if(func71(data82) > 63){
const err237 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels/" + key25.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.additionalProperties,data:data82};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
if(func71(data82) < 0){
const err238 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels/" + key25.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/additionalProperties/minLength",keyword:"minLength",params:{limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.additionalProperties,data:data82};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
if(!pattern22.test(data82)){
const err239 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels/" + key25.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"},schema:"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.additionalProperties,data:data82};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
}
else {
const err240 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels/" + key25.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.additionalProperties.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.additionalProperties,data:data82};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
}
}
else {
const err241 = {instancePath:instancePath+"/spec/allowedNamespaces/selector/matchLabels",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/properties/matchLabels/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.properties.matchLabels,data:data81};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
}
}
else {
const err242 = {instancePath:instancePath+"/spec/allowedNamespaces/selector",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/selector/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.selector.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.selector,data:data80};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
}
if(data78.topicPrefix !== undefined && func0.call(data78, "topicPrefix")){
let data83 = data78.topicPrefix;
if(typeof data83 === "string"){
if(func71(data83) > 256){
const err243 = {instancePath:instancePath+"/spec/allowedNamespaces/topicPrefix",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/topicPrefix/maxLength",keyword:"maxLength",params:{limit: 256},schema:256,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.topicPrefix,data:data83};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
if(func71(data83) < 1){
const err244 = {instancePath:instancePath+"/spec/allowedNamespaces/topicPrefix",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/topicPrefix/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.topicPrefix,data:data83};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
if(!pattern23.test(data83)){
const err245 = {instancePath:instancePath+"/spec/allowedNamespaces/topicPrefix",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/topicPrefix/pattern",keyword:"pattern",params:{pattern: "^[^\\x00-\\x20\\x7f-\\x9f]+$"},schema:"^[^\\x00-\\x20\\x7f-\\x9f]+$",parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.topicPrefix,data:data83};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
}
else {
const err246 = {instancePath:instancePath+"/spec/allowedNamespaces/topicPrefix",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/topicPrefix/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.topicPrefix.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.topicPrefix,data:data83};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
}
let data84 = data78.roles;
if(Array.isArray(data84)){
if(data84.length > 3){
const err247 = {instancePath:instancePath+"/spec/allowedNamespaces/roles",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/maxItems",keyword:"maxItems",params:{limit: 3},schema:3,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles,data:data84};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
if(data84.length < 1){
const err248 = {instancePath:instancePath+"/spec/allowedNamespaces/roles",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles,data:data84};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
const len6 = data84.length;
for(let i8=0; i8<len6; i8++){
let data85 = data84[i8];
if(!(((data85 === "Device") || (data85 === "Backend")) || (data85 === "Admin"))){
const err249 = {instancePath:instancePath+"/spec/allowedNamespaces/roles/" + i8,schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.allowedNamespaces.properties.roles.items.enum},schema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.items.enum,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.items,data:data85};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
if(typeof data85 === "string"){
if(func71(data85) > 7){
const err250 = {instancePath:instancePath+"/spec/allowedNamespaces/roles/" + i8,schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/items/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.items,data:data85};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
}
else {
const err251 = {instancePath:instancePath+"/spec/allowedNamespaces/roles/" + i8,schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.items.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.items,data:data85};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
}
let i9 = data84.length;
let j2;
if(i9 > 1){
const indices2 = {};
for(;i9--;){
let item2 = data84[i9];
if(typeof item2 !== "string"){
continue;
}
if(typeof indices2[item2] == "number"){
j2 = indices2[item2];
const err252 = {instancePath:instancePath+"/spec/allowedNamespaces/roles",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/uniqueItems",keyword:"uniqueItems",params:{i: i9, j: j2},schema:true,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles,data:data84};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
break;
}
indices2[item2] = i9;
}
}
}
else {
const err253 = {instancePath:instancePath+"/spec/allowedNamespaces/roles",schemaPath:"#/properties/spec/properties/allowedNamespaces/properties/roles/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.allowedNamespaces.properties.roles.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces.properties.roles,data:data84};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
}
else {
const err254 = {instancePath:instancePath+"/spec/allowedNamespaces",schemaPath:"#/properties/spec/properties/allowedNamespaces/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.allowedNamespaces.type,parentSchema:schema11.properties.spec.properties.allowedNamespaces,data:data78};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
let data86 = data16.update;
if(data86 && typeof data86 == "object" && !Array.isArray(data86)){
if(data86.strategy === undefined){
data86.strategy = "Reload";
}
if(data86.windowMilliseconds === undefined){
data86.windowMilliseconds = 500;
}
for(const key26 of Object.keys(data86)){
if(!((key26 === "strategy") || (key26 === "windowMilliseconds"))){
const err255 = {instancePath:instancePath+"/spec/update",schemaPath:"#/properties/spec/properties/update/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key26},schema:false,parentSchema:schema11.properties.spec.properties.update,data:data86};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
}
let data87 = data86.strategy;
if(!((data87 === "Reload") || (data87 === "Roll"))){
const err256 = {instancePath:instancePath+"/spec/update/strategy",schemaPath:"#/properties/spec/properties/update/properties/strategy/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.update.properties.strategy.enum},schema:schema11.properties.spec.properties.update.properties.strategy.enum,parentSchema:schema11.properties.spec.properties.update.properties.strategy,data:data87};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
if(typeof data87 === "string"){
if(func71(data87) > 6){
const err257 = {instancePath:instancePath+"/spec/update/strategy",schemaPath:"#/properties/spec/properties/update/properties/strategy/maxLength",keyword:"maxLength",params:{limit: 6},schema:6,parentSchema:schema11.properties.spec.properties.update.properties.strategy,data:data87};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
}
else {
const err258 = {instancePath:instancePath+"/spec/update/strategy",schemaPath:"#/properties/spec/properties/update/properties/strategy/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.update.properties.strategy.type,parentSchema:schema11.properties.spec.properties.update.properties.strategy,data:data87};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
let data88 = data86.windowMilliseconds;
if(!((typeof data88 == "number") && (!(data88 % 1) && !isNaN(data88)))){
const err259 = {instancePath:instancePath+"/spec/update/windowMilliseconds",schemaPath:"#/properties/spec/properties/update/properties/windowMilliseconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.update.properties.windowMilliseconds.type,parentSchema:schema11.properties.spec.properties.update.properties.windowMilliseconds,data:data88};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
if(typeof data88 == "number"){
if(data88 > 60000 || isNaN(data88)){
const err260 = {instancePath:instancePath+"/spec/update/windowMilliseconds",schemaPath:"#/properties/spec/properties/update/properties/windowMilliseconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 60000},schema:60000,parentSchema:schema11.properties.spec.properties.update.properties.windowMilliseconds,data:data88};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
if(data88 < 0 || isNaN(data88)){
const err261 = {instancePath:instancePath+"/spec/update/windowMilliseconds",schemaPath:"#/properties/spec/properties/update/properties/windowMilliseconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.update.properties.windowMilliseconds,data:data88};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
}
}
else {
const err262 = {instancePath:instancePath+"/spec/update",schemaPath:"#/properties/spec/properties/update/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.update.type,parentSchema:schema11.properties.spec.properties.update,data:data86};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
if(data16.workload !== undefined && func0.call(data16, "workload")){
let data89 = data16.workload;
if(data89 && typeof data89 == "object" && !Array.isArray(data89)){
for(const key27 of Object.keys(data89)){
if(!(((key27 === "managed") || (key27 === "ref")) || (key27 === "external"))){
const err263 = {instancePath:instancePath+"/spec/workload",schemaPath:"#/properties/spec/properties/workload/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key27},schema:false,parentSchema:schema11.properties.spec.properties.workload,data:data89};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
}
if(data89.managed !== undefined && func0.call(data89, "managed")){
let data90 = data89.managed;
if(data90 && typeof data90 == "object" && !Array.isArray(data90)){
if(data90.replicas === undefined){
data90.replicas = 1;
}
if(data90.acknowledgeNoClustering === undefined){
data90.acknowledgeNoClustering = false;
}
if(data90.service === undefined){
data90.service = {};
}
for(const key28 of Object.keys(data90)){
if(!(func0.call(schema11.properties.spec.properties.workload.properties.managed.properties, key28))){
const err264 = {instancePath:instancePath+"/spec/workload/managed",schemaPath:"#/properties/spec/properties/workload/properties/managed/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key28},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.managed,data:data90};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
}
if(data90.image !== undefined && func0.call(data90, "image")){
let data91 = data90.image;
if(typeof data91 === "string"){
if(func71(data91) > 512){
const err265 = {instancePath:instancePath+"/spec/workload/managed/image",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/image/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.image,data:data91};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
if(func71(data91) < 1){
const err266 = {instancePath:instancePath+"/spec/workload/managed/image",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/image/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.image,data:data91};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
if(!pattern24.test(data91)){
const err267 = {instancePath:instancePath+"/spec/workload/managed/image",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/image/pattern",keyword:"pattern",params:{pattern: "^[^\\x00-\\x20]+$"},schema:"^[^\\x00-\\x20]+$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.image,data:data91};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
else {
const err268 = {instancePath:instancePath+"/spec/workload/managed/image",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/image/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.image.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.image,data:data91};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
}
if(data90.agentImage !== undefined && func0.call(data90, "agentImage")){
let data92 = data90.agentImage;
if(typeof data92 === "string"){
if(func71(data92) > 512){
const err269 = {instancePath:instancePath+"/spec/workload/managed/agentImage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/agentImage/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.agentImage,data:data92};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
if(func71(data92) < 1){
const err270 = {instancePath:instancePath+"/spec/workload/managed/agentImage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/agentImage/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.agentImage,data:data92};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
if(!pattern24.test(data92)){
const err271 = {instancePath:instancePath+"/spec/workload/managed/agentImage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/agentImage/pattern",keyword:"pattern",params:{pattern: "^[^\\x00-\\x20]+$"},schema:"^[^\\x00-\\x20]+$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.agentImage,data:data92};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
}
else {
const err272 = {instancePath:instancePath+"/spec/workload/managed/agentImage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/agentImage/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.agentImage.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.agentImage,data:data92};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
}
if(data90.imagePullSecrets !== undefined && func0.call(data90, "imagePullSecrets")){
let data93 = data90.imagePullSecrets;
if(Array.isArray(data93)){
if(data93.length > 8){
const err273 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/maxItems",keyword:"maxItems",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets,data:data93};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
const len7 = data93.length;
for(let i10=0; i10<len7; i10++){
let data94 = data93[i10];
if(data94 && typeof data94 == "object" && !Array.isArray(data94)){
if((data94.name === undefined) || (!(func0.call(data94, "name")))){
const err274 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10,schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.required,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items,data:data94};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
for(const key29 of Object.keys(data94)){
if(!(key29 === "name")){
const err275 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10,schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key29},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items,data:data94};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
}
if(data94.name !== undefined && func0.call(data94, "name")){
let data95 = data94.name;
if(typeof data95 === "string"){
if(func71(data95) > 253){
const err276 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10+"/name",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.properties.name,data:data95};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
if(func71(data95) < 1){
const err277 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10+"/name",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.properties.name,data:data95};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
if(!pattern1.test(data95)){
const err278 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10+"/name",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.properties.name,data:data95};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
}
else {
const err279 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10+"/name",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.properties.name.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.properties.name,data:data95};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
}
}
else {
const err280 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets/" + i10,schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.items,data:data94};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
}
}
else {
const err281 = {instancePath:instancePath+"/spec/workload/managed/imagePullSecrets",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/imagePullSecrets/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.imagePullSecrets,data:data93};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
}
let data96 = data90.replicas;
if(!((typeof data96 == "number") && (!(data96 % 1) && !isNaN(data96)))){
const err282 = {instancePath:instancePath+"/spec/workload/managed/replicas",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/replicas/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.replicas.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.replicas,data:data96};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
if(typeof data96 == "number"){
if(data96 > 16 || isNaN(data96)){
const err283 = {instancePath:instancePath+"/spec/workload/managed/replicas",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/replicas/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},schema:16,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.replicas,data:data96};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
if(data96 < 0 || isNaN(data96)){
const err284 = {instancePath:instancePath+"/spec/workload/managed/replicas",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/replicas/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.replicas,data:data96};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
}
let data97 = data90.acknowledgeNoClustering;
if(typeof data97 !== "boolean"){
const err285 = {instancePath:instancePath+"/spec/workload/managed/acknowledgeNoClustering",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/acknowledgeNoClustering/type",keyword:"type",params:{type: "boolean"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.acknowledgeNoClustering.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.acknowledgeNoClustering,data:data97};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
if(data90.storage !== undefined && func0.call(data90, "storage")){
let data98 = data90.storage;
if(data98 && typeof data98 == "object" && !Array.isArray(data98)){
if((data98.size === undefined) || (!(func0.call(data98, "size")))){
const err286 = {instancePath:instancePath+"/spec/workload/managed/storage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/required",keyword:"required",params:{missingProperty: "size"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.required,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage,data:data98};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
for(const key30 of Object.keys(data98)){
if(!((key30 === "size") || (key30 === "storageClassName"))){
const err287 = {instancePath:instancePath+"/spec/workload/managed/storage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key30},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage,data:data98};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
}
if(data98.size !== undefined && func0.call(data98, "size")){
let data99 = data98.size;
if((!((typeof data99 == "number") && (!(data99 % 1) && !isNaN(data99)))) && (typeof data99 !== "string")){
const err288 = {instancePath:instancePath+"/spec/workload/managed/storage/size",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/size/type",keyword:"type",params:{type: schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size.type},schema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size,data:data99};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
if(typeof data99 == "number"){
if(data99 > 1125899906842624 || isNaN(data99)){
const err289 = {instancePath:instancePath+"/spec/workload/managed/storage/size",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1125899906842624},schema:1125899906842624,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size,data:data99};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
if(data99 < 0 || isNaN(data99)){
const err290 = {instancePath:instancePath+"/spec/workload/managed/storage/size",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size,data:data99};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
}
if(typeof data99 === "string"){
if(func71(data99) > 32){
const err291 = {instancePath:instancePath+"/spec/workload/managed/storage/size",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/size/maxLength",keyword:"maxLength",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size,data:data99};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
if(!pattern27.test(data99)){
const err292 = {instancePath:instancePath+"/spec/workload/managed/storage/size",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/size/pattern",keyword:"pattern",params:{pattern: "^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$"},schema:"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.size,data:data99};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
}
}
if(data98.storageClassName !== undefined && func0.call(data98, "storageClassName")){
let data100 = data98.storageClassName;
if(typeof data100 === "string"){
if(func71(data100) > 253){
const err293 = {instancePath:instancePath+"/spec/workload/managed/storage/storageClassName",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/storageClassName/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.storageClassName,data:data100};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
if(func71(data100) < 1){
const err294 = {instancePath:instancePath+"/spec/workload/managed/storage/storageClassName",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/storageClassName/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.storageClassName,data:data100};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
if(!pattern1.test(data100)){
const err295 = {instancePath:instancePath+"/spec/workload/managed/storage/storageClassName",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/storageClassName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.storageClassName,data:data100};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
}
else {
const err296 = {instancePath:instancePath+"/spec/workload/managed/storage/storageClassName",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/properties/storageClassName/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.storageClassName.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.properties.storageClassName,data:data100};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
}
}
else {
const err297 = {instancePath:instancePath+"/spec/workload/managed/storage",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/storage/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.storage.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.storage,data:data98};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
}
if(data90.resources !== undefined && func0.call(data90, "resources")){
let data101 = data90.resources;
if(data101 && typeof data101 == "object" && !Array.isArray(data101)){
for(const key31 of Object.keys(data101)){
if(!((key31 === "requests") || (key31 === "limits"))){
const err298 = {instancePath:instancePath+"/spec/workload/managed/resources",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key31},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources,data:data101};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
}
if(data101.requests !== undefined && func0.call(data101, "requests")){
let data102 = data101.requests;
if(data102 && typeof data102 == "object" && !Array.isArray(data102)){
if(Object.keys(data102).length > 8){
const err299 = {instancePath:instancePath+"/spec/workload/managed/resources/requests",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/maxProperties",keyword:"maxProperties",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests,data:data102};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
for(const key32 of Object.keys(data102)){
let data103 = data102[key32];
if((!((typeof data103 == "number") && (!(data103 % 1) && !isNaN(data103)))) && (typeof data103 !== "string")){
const err300 = {instancePath:instancePath+"/spec/workload/managed/resources/requests/" + key32.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/additionalProperties/type",keyword:"type",params:{type: schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties.type},schema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties,data:data103};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
if(typeof data103 == "number"){
if(data103 > 1125899906842624 || isNaN(data103)){
const err301 = {instancePath:instancePath+"/spec/workload/managed/resources/requests/" + key32.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1125899906842624},schema:1125899906842624,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties,data:data103};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
if(data103 < 0 || isNaN(data103)){
const err302 = {instancePath:instancePath+"/spec/workload/managed/resources/requests/" + key32.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties,data:data103};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
}
if(typeof data103 === "string"){
if(func71(data103) > 32){
const err303 = {instancePath:instancePath+"/spec/workload/managed/resources/requests/" + key32.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties,data:data103};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
if(!pattern27.test(data103)){
const err304 = {instancePath:instancePath+"/spec/workload/managed/resources/requests/" + key32.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$"},schema:"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.additionalProperties,data:data103};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
}
}
}
else {
const err305 = {instancePath:instancePath+"/spec/workload/managed/resources/requests",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/requests/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.requests,data:data102};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
if(data101.limits !== undefined && func0.call(data101, "limits")){
let data104 = data101.limits;
if(data104 && typeof data104 == "object" && !Array.isArray(data104)){
if(Object.keys(data104).length > 8){
const err306 = {instancePath:instancePath+"/spec/workload/managed/resources/limits",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/maxProperties",keyword:"maxProperties",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits,data:data104};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
for(const key33 of Object.keys(data104)){
let data105 = data104[key33];
if((!((typeof data105 == "number") && (!(data105 % 1) && !isNaN(data105)))) && (typeof data105 !== "string")){
const err307 = {instancePath:instancePath+"/spec/workload/managed/resources/limits/" + key33.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/additionalProperties/type",keyword:"type",params:{type: schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties.type},schema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties,data:data105};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
if(typeof data105 == "number"){
if(data105 > 1125899906842624 || isNaN(data105)){
const err308 = {instancePath:instancePath+"/spec/workload/managed/resources/limits/" + key33.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1125899906842624},schema:1125899906842624,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties,data:data105};
if(vErrors === null){
vErrors = [err308];
}
else {
vErrors.push(err308);
}
errors++;
}
if(data105 < 0 || isNaN(data105)){
const err309 = {instancePath:instancePath+"/spec/workload/managed/resources/limits/" + key33.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties,data:data105};
if(vErrors === null){
vErrors = [err309];
}
else {
vErrors.push(err309);
}
errors++;
}
}
if(typeof data105 === "string"){
if(func71(data105) > 32){
const err310 = {instancePath:instancePath+"/spec/workload/managed/resources/limits/" + key33.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties,data:data105};
if(vErrors === null){
vErrors = [err310];
}
else {
vErrors.push(err310);
}
errors++;
}
if(!pattern27.test(data105)){
const err311 = {instancePath:instancePath+"/spec/workload/managed/resources/limits/" + key33.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$"},schema:"^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei|[eE][0-9]+)?$",parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.additionalProperties,data:data105};
if(vErrors === null){
vErrors = [err311];
}
else {
vErrors.push(err311);
}
errors++;
}
}
}
}
else {
const err312 = {instancePath:instancePath+"/spec/workload/managed/resources/limits",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/properties/limits/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.properties.limits,data:data104};
if(vErrors === null){
vErrors = [err312];
}
else {
vErrors.push(err312);
}
errors++;
}
}
}
else {
const err313 = {instancePath:instancePath+"/spec/workload/managed/resources",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/resources/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.resources.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.resources,data:data101};
if(vErrors === null){
vErrors = [err313];
}
else {
vErrors.push(err313);
}
errors++;
}
}
if(data90.nodeSelector !== undefined && func0.call(data90, "nodeSelector")){
let data106 = data90.nodeSelector;
if(data106 && typeof data106 == "object" && !Array.isArray(data106)){
if(Object.keys(data106).length > 32){
const err314 = {instancePath:instancePath+"/spec/workload/managed/nodeSelector",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/nodeSelector/maxProperties",keyword:"maxProperties",params:{limit: 32},schema:32,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector,data:data106};
if(vErrors === null){
vErrors = [err314];
}
else {
vErrors.push(err314);
}
errors++;
}
for(const key34 of Object.keys(data106)){
let data107 = data106[key34];
if(typeof data107 === "string"){
if(func71(data107) > 63){
const err315 = {instancePath:instancePath+"/spec/workload/managed/nodeSelector/" + key34.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/nodeSelector/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector.additionalProperties,data:data107};
if(vErrors === null){
vErrors = [err315];
}
else {
vErrors.push(err315);
}
errors++;
}
if(func71(data107) < 0){
const err316 = {instancePath:instancePath+"/spec/workload/managed/nodeSelector/" + key34.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/nodeSelector/additionalProperties/minLength",keyword:"minLength",params:{limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector.additionalProperties,data:data107};
if(vErrors === null){
vErrors = [err316];
}
else {
vErrors.push(err316);
}
errors++;
}
}
else {
const err317 = {instancePath:instancePath+"/spec/workload/managed/nodeSelector/" + key34.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/nodeSelector/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector.additionalProperties.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector.additionalProperties,data:data107};
if(vErrors === null){
vErrors = [err317];
}
else {
vErrors.push(err317);
}
errors++;
}
}
}
else {
const err318 = {instancePath:instancePath+"/spec/workload/managed/nodeSelector",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/nodeSelector/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.nodeSelector,data:data106};
if(vErrors === null){
vErrors = [err318];
}
else {
vErrors.push(err318);
}
errors++;
}
}
let data108 = data90.service;
if(data108 && typeof data108 == "object" && !Array.isArray(data108)){
if(data108.type === undefined){
data108.type = "ClusterIP";
}
for(const key35 of Object.keys(data108)){
if(!(key35 === "type")){
const err319 = {instancePath:instancePath+"/spec/workload/managed/service",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/service/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key35},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.service,data:data108};
if(vErrors === null){
vErrors = [err319];
}
else {
vErrors.push(err319);
}
errors++;
}
}
let data109 = data108.type;
if(!(((data109 === "ClusterIP") || (data109 === "NodePort")) || (data109 === "LoadBalancer"))){
const err320 = {instancePath:instancePath+"/spec/workload/managed/service/type",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/service/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type.enum},schema:schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type.enum,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type,data:data109};
if(vErrors === null){
vErrors = [err320];
}
else {
vErrors.push(err320);
}
errors++;
}
if(typeof data109 === "string"){
if(func71(data109) > 12){
const err321 = {instancePath:instancePath+"/spec/workload/managed/service/type",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/service/properties/type/maxLength",keyword:"maxLength",params:{limit: 12},schema:12,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type,data:data109};
if(vErrors === null){
vErrors = [err321];
}
else {
vErrors.push(err321);
}
errors++;
}
}
else {
const err322 = {instancePath:instancePath+"/spec/workload/managed/service/type",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/service/properties/type/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.service.properties.type,data:data109};
if(vErrors === null){
vErrors = [err322];
}
else {
vErrors.push(err322);
}
errors++;
}
}
else {
const err323 = {instancePath:instancePath+"/spec/workload/managed/service",schemaPath:"#/properties/spec/properties/workload/properties/managed/properties/service/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.properties.service.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed.properties.service,data:data108};
if(vErrors === null){
vErrors = [err323];
}
else {
vErrors.push(err323);
}
errors++;
}
}
else {
const err324 = {instancePath:instancePath+"/spec/workload/managed",schemaPath:"#/properties/spec/properties/workload/properties/managed/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.managed.type,parentSchema:schema11.properties.spec.properties.workload.properties.managed,data:data90};
if(vErrors === null){
vErrors = [err324];
}
else {
vErrors.push(err324);
}
errors++;
}
}
if(data89.ref !== undefined && func0.call(data89, "ref")){
let data110 = data89.ref;
if(data110 && typeof data110 == "object" && !Array.isArray(data110)){
if((data110.kind === undefined) || (!(func0.call(data110, "kind")))){
const err325 = {instancePath:instancePath+"/spec/workload/ref",schemaPath:"#/properties/spec/properties/workload/properties/ref/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.properties.spec.properties.workload.properties.ref.required,parentSchema:schema11.properties.spec.properties.workload.properties.ref,data:data110};
if(vErrors === null){
vErrors = [err325];
}
else {
vErrors.push(err325);
}
errors++;
}
if((data110.name === undefined) || (!(func0.call(data110, "name")))){
const err326 = {instancePath:instancePath+"/spec/workload/ref",schemaPath:"#/properties/spec/properties/workload/properties/ref/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.workload.properties.ref.required,parentSchema:schema11.properties.spec.properties.workload.properties.ref,data:data110};
if(vErrors === null){
vErrors = [err326];
}
else {
vErrors.push(err326);
}
errors++;
}
for(const key36 of Object.keys(data110)){
if(!((key36 === "kind") || (key36 === "name"))){
const err327 = {instancePath:instancePath+"/spec/workload/ref",schemaPath:"#/properties/spec/properties/workload/properties/ref/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key36},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.ref,data:data110};
if(vErrors === null){
vErrors = [err327];
}
else {
vErrors.push(err327);
}
errors++;
}
}
if(data110.kind !== undefined && func0.call(data110, "kind")){
let data111 = data110.kind;
if(!((data111 === "StatefulSet") || (data111 === "Deployment"))){
const err328 = {instancePath:instancePath+"/spec/workload/ref/kind",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.workload.properties.ref.properties.kind.enum},schema:schema11.properties.spec.properties.workload.properties.ref.properties.kind.enum,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.kind,data:data111};
if(vErrors === null){
vErrors = [err328];
}
else {
vErrors.push(err328);
}
errors++;
}
if(typeof data111 === "string"){
if(func71(data111) > 11){
const err329 = {instancePath:instancePath+"/spec/workload/ref/kind",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/kind/maxLength",keyword:"maxLength",params:{limit: 11},schema:11,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.kind,data:data111};
if(vErrors === null){
vErrors = [err329];
}
else {
vErrors.push(err329);
}
errors++;
}
}
else {
const err330 = {instancePath:instancePath+"/spec/workload/ref/kind",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.ref.properties.kind.type,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.kind,data:data111};
if(vErrors === null){
vErrors = [err330];
}
else {
vErrors.push(err330);
}
errors++;
}
}
if(data110.name !== undefined && func0.call(data110, "name")){
let data112 = data110.name;
if(typeof data112 === "string"){
if(func71(data112) > 253){
const err331 = {instancePath:instancePath+"/spec/workload/ref/name",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.name,data:data112};
if(vErrors === null){
vErrors = [err331];
}
else {
vErrors.push(err331);
}
errors++;
}
if(func71(data112) < 1){
const err332 = {instancePath:instancePath+"/spec/workload/ref/name",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.name,data:data112};
if(vErrors === null){
vErrors = [err332];
}
else {
vErrors.push(err332);
}
errors++;
}
if(!pattern1.test(data112)){
const err333 = {instancePath:instancePath+"/spec/workload/ref/name",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.name,data:data112};
if(vErrors === null){
vErrors = [err333];
}
else {
vErrors.push(err333);
}
errors++;
}
}
else {
const err334 = {instancePath:instancePath+"/spec/workload/ref/name",schemaPath:"#/properties/spec/properties/workload/properties/ref/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.ref.properties.name.type,parentSchema:schema11.properties.spec.properties.workload.properties.ref.properties.name,data:data112};
if(vErrors === null){
vErrors = [err334];
}
else {
vErrors.push(err334);
}
errors++;
}
}
}
else {
const err335 = {instancePath:instancePath+"/spec/workload/ref",schemaPath:"#/properties/spec/properties/workload/properties/ref/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.ref.type,parentSchema:schema11.properties.spec.properties.workload.properties.ref,data:data110};
if(vErrors === null){
vErrors = [err335];
}
else {
vErrors.push(err335);
}
errors++;
}
}
if(data89.external !== undefined && func0.call(data89, "external")){
let data113 = data89.external;
if(data113 && typeof data113 == "object" && !Array.isArray(data113)){
if((data113.instances === undefined) || (!(func0.call(data113, "instances")))){
const err336 = {instancePath:instancePath+"/spec/workload/external",schemaPath:"#/properties/spec/properties/workload/properties/external/required",keyword:"required",params:{missingProperty: "instances"},schema:schema11.properties.spec.properties.workload.properties.external.required,parentSchema:schema11.properties.spec.properties.workload.properties.external,data:data113};
if(vErrors === null){
vErrors = [err336];
}
else {
vErrors.push(err336);
}
errors++;
}
for(const key37 of Object.keys(data113)){
if(!(key37 === "instances")){
const err337 = {instancePath:instancePath+"/spec/workload/external",schemaPath:"#/properties/spec/properties/workload/properties/external/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key37},schema:false,parentSchema:schema11.properties.spec.properties.workload.properties.external,data:data113};
if(vErrors === null){
vErrors = [err337];
}
else {
vErrors.push(err337);
}
errors++;
}
}
if(data113.instances !== undefined && func0.call(data113, "instances")){
let data114 = data113.instances;
if(Array.isArray(data114)){
if(data114.length > 16){
const err338 = {instancePath:instancePath+"/spec/workload/external/instances",schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/maxItems",keyword:"maxItems",params:{limit: 16},schema:16,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances,data:data114};
if(vErrors === null){
vErrors = [err338];
}
else {
vErrors.push(err338);
}
errors++;
}
if(data114.length < 1){
const err339 = {instancePath:instancePath+"/spec/workload/external/instances",schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances,data:data114};
if(vErrors === null){
vErrors = [err339];
}
else {
vErrors.push(err339);
}
errors++;
}
const len8 = data114.length;
for(let i11=0; i11<len8; i11++){
let data115 = data114[i11];
if(typeof data115 === "string"){
if(func71(data115) > 63){
const err340 = {instancePath:instancePath+"/spec/workload/external/instances/" + i11,schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/items/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances.items,data:data115};
if(vErrors === null){
vErrors = [err340];
}
else {
vErrors.push(err340);
}
errors++;
}
if(func71(data115) < 1){
const err341 = {instancePath:instancePath+"/spec/workload/external/instances/" + i11,schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/items/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances.items,data:data115};
if(vErrors === null){
vErrors = [err341];
}
else {
vErrors.push(err341);
}
errors++;
}
if(!pattern0.test(data115)){
const err342 = {instancePath:instancePath+"/spec/workload/external/instances/" + i11,schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/items/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances.items,data:data115};
if(vErrors === null){
vErrors = [err342];
}
else {
vErrors.push(err342);
}
errors++;
}
}
else {
const err343 = {instancePath:instancePath+"/spec/workload/external/instances/" + i11,schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.workload.properties.external.properties.instances.items.type,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances.items,data:data115};
if(vErrors === null){
vErrors = [err343];
}
else {
vErrors.push(err343);
}
errors++;
}
}
let i12 = data114.length;
let j3;
if(i12 > 1){
const indices3 = {};
for(;i12--;){
let item3 = data114[i12];
if(typeof item3 !== "string"){
continue;
}
if(typeof indices3[item3] == "number"){
j3 = indices3[item3];
const err344 = {instancePath:instancePath+"/spec/workload/external/instances",schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/uniqueItems",keyword:"uniqueItems",params:{i: i12, j: j3},schema:true,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances,data:data114};
if(vErrors === null){
vErrors = [err344];
}
else {
vErrors.push(err344);
}
errors++;
break;
}
indices3[item3] = i12;
}
}
}
else {
const err345 = {instancePath:instancePath+"/spec/workload/external/instances",schemaPath:"#/properties/spec/properties/workload/properties/external/properties/instances/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.workload.properties.external.properties.instances.type,parentSchema:schema11.properties.spec.properties.workload.properties.external.properties.instances,data:data114};
if(vErrors === null){
vErrors = [err345];
}
else {
vErrors.push(err345);
}
errors++;
}
}
}
else {
const err346 = {instancePath:instancePath+"/spec/workload/external",schemaPath:"#/properties/spec/properties/workload/properties/external/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.properties.external.type,parentSchema:schema11.properties.spec.properties.workload.properties.external,data:data113};
if(vErrors === null){
vErrors = [err346];
}
else {
vErrors.push(err346);
}
errors++;
}
}
}
else {
const err347 = {instancePath:instancePath+"/spec/workload",schemaPath:"#/properties/spec/properties/workload/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.workload.type,parentSchema:schema11.properties.spec.properties.workload,data:data89};
if(vErrors === null){
vErrors = [err347];
}
else {
vErrors.push(err347);
}
errors++;
}
}
let data116 = data16.limits;
if(data116 && typeof data116 == "object" && !Array.isArray(data116)){
if(data116.maxPacketSizeBytes === undefined){
data116.maxPacketSizeBytes = 1048576;
}
for(const key38 of Object.keys(data116)){
if(!(((((((key38 === "maxPacketSizeBytes") || (key38 === "messageSizeLimitBytes")) || (key38 === "maxKeepaliveSeconds")) || (key38 === "persistentClientExpirationSeconds")) || (key38 === "maxQueuedMessages")) || (key38 === "maxQueuedBytes")) || (key38 === "maxInflightMessages"))){
const err348 = {instancePath:instancePath+"/spec/limits",schemaPath:"#/properties/spec/properties/limits/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key38},schema:false,parentSchema:schema11.properties.spec.properties.limits,data:data116};
if(vErrors === null){
vErrors = [err348];
}
else {
vErrors.push(err348);
}
errors++;
}
}
let data117 = data116.maxPacketSizeBytes;
if(!((typeof data117 == "number") && (!(data117 % 1) && !isNaN(data117)))){
const err349 = {instancePath:instancePath+"/spec/limits/maxPacketSizeBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxPacketSizeBytes/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.maxPacketSizeBytes.type,parentSchema:schema11.properties.spec.properties.limits.properties.maxPacketSizeBytes,data:data117};
if(vErrors === null){
vErrors = [err349];
}
else {
vErrors.push(err349);
}
errors++;
}
if(typeof data117 == "number"){
if(data117 > 268435455 || isNaN(data117)){
const err350 = {instancePath:instancePath+"/spec/limits/maxPacketSizeBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxPacketSizeBytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 268435455},schema:268435455,parentSchema:schema11.properties.spec.properties.limits.properties.maxPacketSizeBytes,data:data117};
if(vErrors === null){
vErrors = [err350];
}
else {
vErrors.push(err350);
}
errors++;
}
if(data117 < 1024 || isNaN(data117)){
const err351 = {instancePath:instancePath+"/spec/limits/maxPacketSizeBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxPacketSizeBytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1024},schema:1024,parentSchema:schema11.properties.spec.properties.limits.properties.maxPacketSizeBytes,data:data117};
if(vErrors === null){
vErrors = [err351];
}
else {
vErrors.push(err351);
}
errors++;
}
}
if(data116.messageSizeLimitBytes !== undefined && func0.call(data116, "messageSizeLimitBytes")){
let data118 = data116.messageSizeLimitBytes;
if(!((typeof data118 == "number") && (!(data118 % 1) && !isNaN(data118)))){
const err352 = {instancePath:instancePath+"/spec/limits/messageSizeLimitBytes",schemaPath:"#/properties/spec/properties/limits/properties/messageSizeLimitBytes/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.messageSizeLimitBytes.type,parentSchema:schema11.properties.spec.properties.limits.properties.messageSizeLimitBytes,data:data118};
if(vErrors === null){
vErrors = [err352];
}
else {
vErrors.push(err352);
}
errors++;
}
if(typeof data118 == "number"){
if(data118 > 268435455 || isNaN(data118)){
const err353 = {instancePath:instancePath+"/spec/limits/messageSizeLimitBytes",schemaPath:"#/properties/spec/properties/limits/properties/messageSizeLimitBytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 268435455},schema:268435455,parentSchema:schema11.properties.spec.properties.limits.properties.messageSizeLimitBytes,data:data118};
if(vErrors === null){
vErrors = [err353];
}
else {
vErrors.push(err353);
}
errors++;
}
if(data118 < 1 || isNaN(data118)){
const err354 = {instancePath:instancePath+"/spec/limits/messageSizeLimitBytes",schemaPath:"#/properties/spec/properties/limits/properties/messageSizeLimitBytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.limits.properties.messageSizeLimitBytes,data:data118};
if(vErrors === null){
vErrors = [err354];
}
else {
vErrors.push(err354);
}
errors++;
}
}
}
if(data116.maxKeepaliveSeconds !== undefined && func0.call(data116, "maxKeepaliveSeconds")){
let data119 = data116.maxKeepaliveSeconds;
if(!((typeof data119 == "number") && (!(data119 % 1) && !isNaN(data119)))){
const err355 = {instancePath:instancePath+"/spec/limits/maxKeepaliveSeconds",schemaPath:"#/properties/spec/properties/limits/properties/maxKeepaliveSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.maxKeepaliveSeconds.type,parentSchema:schema11.properties.spec.properties.limits.properties.maxKeepaliveSeconds,data:data119};
if(vErrors === null){
vErrors = [err355];
}
else {
vErrors.push(err355);
}
errors++;
}
if(typeof data119 == "number"){
if(data119 > 65535 || isNaN(data119)){
const err356 = {instancePath:instancePath+"/spec/limits/maxKeepaliveSeconds",schemaPath:"#/properties/spec/properties/limits/properties/maxKeepaliveSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},schema:65535,parentSchema:schema11.properties.spec.properties.limits.properties.maxKeepaliveSeconds,data:data119};
if(vErrors === null){
vErrors = [err356];
}
else {
vErrors.push(err356);
}
errors++;
}
if(data119 < 10 || isNaN(data119)){
const err357 = {instancePath:instancePath+"/spec/limits/maxKeepaliveSeconds",schemaPath:"#/properties/spec/properties/limits/properties/maxKeepaliveSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},schema:10,parentSchema:schema11.properties.spec.properties.limits.properties.maxKeepaliveSeconds,data:data119};
if(vErrors === null){
vErrors = [err357];
}
else {
vErrors.push(err357);
}
errors++;
}
}
}
if(data116.persistentClientExpirationSeconds !== undefined && func0.call(data116, "persistentClientExpirationSeconds")){
let data120 = data116.persistentClientExpirationSeconds;
if(!((typeof data120 == "number") && (!(data120 % 1) && !isNaN(data120)))){
const err358 = {instancePath:instancePath+"/spec/limits/persistentClientExpirationSeconds",schemaPath:"#/properties/spec/properties/limits/properties/persistentClientExpirationSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.persistentClientExpirationSeconds.type,parentSchema:schema11.properties.spec.properties.limits.properties.persistentClientExpirationSeconds,data:data120};
if(vErrors === null){
vErrors = [err358];
}
else {
vErrors.push(err358);
}
errors++;
}
if(typeof data120 == "number"){
if(data120 > 31536000 || isNaN(data120)){
const err359 = {instancePath:instancePath+"/spec/limits/persistentClientExpirationSeconds",schemaPath:"#/properties/spec/properties/limits/properties/persistentClientExpirationSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000},schema:31536000,parentSchema:schema11.properties.spec.properties.limits.properties.persistentClientExpirationSeconds,data:data120};
if(vErrors === null){
vErrors = [err359];
}
else {
vErrors.push(err359);
}
errors++;
}
if(data120 < 3600 || isNaN(data120)){
const err360 = {instancePath:instancePath+"/spec/limits/persistentClientExpirationSeconds",schemaPath:"#/properties/spec/properties/limits/properties/persistentClientExpirationSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 3600},schema:3600,parentSchema:schema11.properties.spec.properties.limits.properties.persistentClientExpirationSeconds,data:data120};
if(vErrors === null){
vErrors = [err360];
}
else {
vErrors.push(err360);
}
errors++;
}
}
}
if(data116.maxQueuedMessages !== undefined && func0.call(data116, "maxQueuedMessages")){
let data121 = data116.maxQueuedMessages;
if(!((typeof data121 == "number") && (!(data121 % 1) && !isNaN(data121)))){
const err361 = {instancePath:instancePath+"/spec/limits/maxQueuedMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedMessages/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.maxQueuedMessages.type,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedMessages,data:data121};
if(vErrors === null){
vErrors = [err361];
}
else {
vErrors.push(err361);
}
errors++;
}
if(typeof data121 == "number"){
if(data121 > 1000000 || isNaN(data121)){
const err362 = {instancePath:instancePath+"/spec/limits/maxQueuedMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedMessages/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},schema:1000000,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedMessages,data:data121};
if(vErrors === null){
vErrors = [err362];
}
else {
vErrors.push(err362);
}
errors++;
}
if(data121 < 1 || isNaN(data121)){
const err363 = {instancePath:instancePath+"/spec/limits/maxQueuedMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedMessages/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedMessages,data:data121};
if(vErrors === null){
vErrors = [err363];
}
else {
vErrors.push(err363);
}
errors++;
}
}
}
if(data116.maxQueuedBytes !== undefined && func0.call(data116, "maxQueuedBytes")){
let data122 = data116.maxQueuedBytes;
if(!((typeof data122 == "number") && (!(data122 % 1) && !isNaN(data122)))){
const err364 = {instancePath:instancePath+"/spec/limits/maxQueuedBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedBytes/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.maxQueuedBytes.type,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedBytes,data:data122};
if(vErrors === null){
vErrors = [err364];
}
else {
vErrors.push(err364);
}
errors++;
}
if(typeof data122 == "number"){
if(data122 > 2147483647 || isNaN(data122)){
const err365 = {instancePath:instancePath+"/spec/limits/maxQueuedBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedBytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},schema:2147483647,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedBytes,data:data122};
if(vErrors === null){
vErrors = [err365];
}
else {
vErrors.push(err365);
}
errors++;
}
if(data122 < 1 || isNaN(data122)){
const err366 = {instancePath:instancePath+"/spec/limits/maxQueuedBytes",schemaPath:"#/properties/spec/properties/limits/properties/maxQueuedBytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.limits.properties.maxQueuedBytes,data:data122};
if(vErrors === null){
vErrors = [err366];
}
else {
vErrors.push(err366);
}
errors++;
}
}
}
if(data116.maxInflightMessages !== undefined && func0.call(data116, "maxInflightMessages")){
let data123 = data116.maxInflightMessages;
if(!((typeof data123 == "number") && (!(data123 % 1) && !isNaN(data123)))){
const err367 = {instancePath:instancePath+"/spec/limits/maxInflightMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxInflightMessages/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.limits.properties.maxInflightMessages.type,parentSchema:schema11.properties.spec.properties.limits.properties.maxInflightMessages,data:data123};
if(vErrors === null){
vErrors = [err367];
}
else {
vErrors.push(err367);
}
errors++;
}
if(typeof data123 == "number"){
if(data123 > 65535 || isNaN(data123)){
const err368 = {instancePath:instancePath+"/spec/limits/maxInflightMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxInflightMessages/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},schema:65535,parentSchema:schema11.properties.spec.properties.limits.properties.maxInflightMessages,data:data123};
if(vErrors === null){
vErrors = [err368];
}
else {
vErrors.push(err368);
}
errors++;
}
if(data123 < 1 || isNaN(data123)){
const err369 = {instancePath:instancePath+"/spec/limits/maxInflightMessages",schemaPath:"#/properties/spec/properties/limits/properties/maxInflightMessages/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.limits.properties.maxInflightMessages,data:data123};
if(vErrors === null){
vErrors = [err369];
}
else {
vErrors.push(err369);
}
errors++;
}
}
}
}
else {
const err370 = {instancePath:instancePath+"/spec/limits",schemaPath:"#/properties/spec/properties/limits/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.limits.type,parentSchema:schema11.properties.spec.properties.limits,data:data116};
if(vErrors === null){
vErrors = [err370];
}
else {
vErrors.push(err370);
}
errors++;
}
if(data16.monitoring !== undefined && func0.call(data16, "monitoring")){
let data124 = data16.monitoring;
if(data124 && typeof data124 == "object" && !Array.isArray(data124)){
if(data124.observe === undefined){
data124.observe = "Disabled";
}
if(data124.aclViolations === undefined){
data124.aclViolations = "Disabled";
}
if(data124.deviceMetrics === undefined){
data124.deviceMetrics = "Disabled";
}
for(const key39 of Object.keys(data124)){
if(!(((((key39 === "observe") || (key39 === "aclViolations")) || (key39 === "deviceMetrics")) || (key39 === "alertTopic")) || (key39 === "rules"))){
const err371 = {instancePath:instancePath+"/spec/monitoring",schemaPath:"#/properties/spec/properties/monitoring/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key39},schema:false,parentSchema:schema11.properties.spec.properties.monitoring,data:data124};
if(vErrors === null){
vErrors = [err371];
}
else {
vErrors.push(err371);
}
errors++;
}
}
let data125 = data124.observe;
if(!((data125 === "Disabled") || (data125 === "Enabled"))){
const err372 = {instancePath:instancePath+"/spec/monitoring/observe",schemaPath:"#/properties/spec/properties/monitoring/properties/observe/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.observe.enum},schema:schema11.properties.spec.properties.monitoring.properties.observe.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.observe,data:data125};
if(vErrors === null){
vErrors = [err372];
}
else {
vErrors.push(err372);
}
errors++;
}
if(typeof data125 === "string"){
if(func71(data125) > 8){
const err373 = {instancePath:instancePath+"/spec/monitoring/observe",schemaPath:"#/properties/spec/properties/monitoring/properties/observe/maxLength",keyword:"maxLength",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.monitoring.properties.observe,data:data125};
if(vErrors === null){
vErrors = [err373];
}
else {
vErrors.push(err373);
}
errors++;
}
}
else {
const err374 = {instancePath:instancePath+"/spec/monitoring/observe",schemaPath:"#/properties/spec/properties/monitoring/properties/observe/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.observe.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.observe,data:data125};
if(vErrors === null){
vErrors = [err374];
}
else {
vErrors.push(err374);
}
errors++;
}
let data126 = data124.aclViolations;
if(!((data126 === "Disabled") || (data126 === "Enabled"))){
const err375 = {instancePath:instancePath+"/spec/monitoring/aclViolations",schemaPath:"#/properties/spec/properties/monitoring/properties/aclViolations/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.aclViolations.enum},schema:schema11.properties.spec.properties.monitoring.properties.aclViolations.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.aclViolations,data:data126};
if(vErrors === null){
vErrors = [err375];
}
else {
vErrors.push(err375);
}
errors++;
}
if(typeof data126 === "string"){
if(func71(data126) > 8){
const err376 = {instancePath:instancePath+"/spec/monitoring/aclViolations",schemaPath:"#/properties/spec/properties/monitoring/properties/aclViolations/maxLength",keyword:"maxLength",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.monitoring.properties.aclViolations,data:data126};
if(vErrors === null){
vErrors = [err376];
}
else {
vErrors.push(err376);
}
errors++;
}
}
else {
const err377 = {instancePath:instancePath+"/spec/monitoring/aclViolations",schemaPath:"#/properties/spec/properties/monitoring/properties/aclViolations/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.aclViolations.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.aclViolations,data:data126};
if(vErrors === null){
vErrors = [err377];
}
else {
vErrors.push(err377);
}
errors++;
}
let data127 = data124.deviceMetrics;
if(!((data127 === "Disabled") || (data127 === "Enabled"))){
const err378 = {instancePath:instancePath+"/spec/monitoring/deviceMetrics",schemaPath:"#/properties/spec/properties/monitoring/properties/deviceMetrics/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.deviceMetrics.enum},schema:schema11.properties.spec.properties.monitoring.properties.deviceMetrics.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.deviceMetrics,data:data127};
if(vErrors === null){
vErrors = [err378];
}
else {
vErrors.push(err378);
}
errors++;
}
if(typeof data127 === "string"){
if(func71(data127) > 8){
const err379 = {instancePath:instancePath+"/spec/monitoring/deviceMetrics",schemaPath:"#/properties/spec/properties/monitoring/properties/deviceMetrics/maxLength",keyword:"maxLength",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.monitoring.properties.deviceMetrics,data:data127};
if(vErrors === null){
vErrors = [err379];
}
else {
vErrors.push(err379);
}
errors++;
}
}
else {
const err380 = {instancePath:instancePath+"/spec/monitoring/deviceMetrics",schemaPath:"#/properties/spec/properties/monitoring/properties/deviceMetrics/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.deviceMetrics.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.deviceMetrics,data:data127};
if(vErrors === null){
vErrors = [err380];
}
else {
vErrors.push(err380);
}
errors++;
}
if(data124.alertTopic !== undefined && func0.call(data124, "alertTopic")){
let data128 = data124.alertTopic;
if(typeof data128 === "string"){
if(func71(data128) > 128){
const err381 = {instancePath:instancePath+"/spec/monitoring/alertTopic",schemaPath:"#/properties/spec/properties/monitoring/properties/alertTopic/maxLength",keyword:"maxLength",params:{limit: 128},schema:128,parentSchema:schema11.properties.spec.properties.monitoring.properties.alertTopic,data:data128};
if(vErrors === null){
vErrors = [err381];
}
else {
vErrors.push(err381);
}
errors++;
}
if(!pattern33.test(data128)){
const err382 = {instancePath:instancePath+"/spec/monitoring/alertTopic",schemaPath:"#/properties/spec/properties/monitoring/properties/alertTopic/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9._:@-]+(/[A-Za-z0-9._:@-]+){0,15}$"},schema:"^[A-Za-z0-9._:@-]+(/[A-Za-z0-9._:@-]+){0,15}$",parentSchema:schema11.properties.spec.properties.monitoring.properties.alertTopic,data:data128};
if(vErrors === null){
vErrors = [err382];
}
else {
vErrors.push(err382);
}
errors++;
}
}
else {
const err383 = {instancePath:instancePath+"/spec/monitoring/alertTopic",schemaPath:"#/properties/spec/properties/monitoring/properties/alertTopic/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.alertTopic.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.alertTopic,data:data128};
if(vErrors === null){
vErrors = [err383];
}
else {
vErrors.push(err383);
}
errors++;
}
}
if(data124.rules !== undefined && func0.call(data124, "rules")){
let data129 = data124.rules;
if(Array.isArray(data129)){
if(data129.length > 36){
const err384 = {instancePath:instancePath+"/spec/monitoring/rules",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/maxItems",keyword:"maxItems",params:{limit: 36},schema:36,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules,data:data129};
if(vErrors === null){
vErrors = [err384];
}
else {
vErrors.push(err384);
}
errors++;
}
const len9 = data129.length;
for(let i13=0; i13<len9; i13++){
let data130 = data129[i13];
if(data130 && typeof data130 == "object" && !Array.isArray(data130)){
if(data130.role === undefined){
data130.role = "Any";
}
if(data130.alert === undefined){
data130.alert = "Enabled";
}
if((data130.event === undefined) || (!(func0.call(data130, "event")))){
const err385 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13,schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/required",keyword:"required",params:{missingProperty: "event"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.required,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items,data:data130};
if(vErrors === null){
vErrors = [err385];
}
else {
vErrors.push(err385);
}
errors++;
}
for(const key40 of Object.keys(data130)){
if(!(((((key40 === "event") || (key40 === "role")) || (key40 === "alert")) || (key40 === "threshold")) || (key40 === "windowSeconds"))){
const err386 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13,schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key40},schema:false,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items,data:data130};
if(vErrors === null){
vErrors = [err386];
}
else {
vErrors.push(err386);
}
errors++;
}
}
if(data130.event !== undefined && func0.call(data130, "event")){
let data131 = data130.event;
if(!(((((((((data131 === "AuthenticationFailed") || (data131 === "PublishDenied")) || (data131 === "ConnectStorm")) || (data131 === "Oversize")) || (data131 === "Flood")) || (data131 === "Takeover")) || (data131 === "Silent")) || (data131 === "TopicUnseen")) || (data131 === "SizeUnusual"))){
const err387 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/event",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/event/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event.enum},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event,data:data131};
if(vErrors === null){
vErrors = [err387];
}
else {
vErrors.push(err387);
}
errors++;
}
if(typeof data131 === "string"){
if(func71(data131) > 20){
const err388 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/event",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/event/maxLength",keyword:"maxLength",params:{limit: 20},schema:20,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event,data:data131};
if(vErrors === null){
vErrors = [err388];
}
else {
vErrors.push(err388);
}
errors++;
}
}
else {
const err389 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/event",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/event/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.event,data:data131};
if(vErrors === null){
vErrors = [err389];
}
else {
vErrors.push(err389);
}
errors++;
}
}
let data132 = data130.role;
if(!((((data132 === "Any") || (data132 === "Device")) || (data132 === "Backend")) || (data132 === "Admin"))){
const err390 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/role",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/role/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role.enum},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role,data:data132};
if(vErrors === null){
vErrors = [err390];
}
else {
vErrors.push(err390);
}
errors++;
}
if(typeof data132 === "string"){
if(func71(data132) > 7){
const err391 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/role",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/role/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role,data:data132};
if(vErrors === null){
vErrors = [err391];
}
else {
vErrors.push(err391);
}
errors++;
}
}
else {
const err392 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/role",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/role/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.role,data:data132};
if(vErrors === null){
vErrors = [err392];
}
else {
vErrors.push(err392);
}
errors++;
}
let data133 = data130.alert;
if(!((data133 === "Enabled") || (data133 === "Disabled"))){
const err393 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/alert",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/alert/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert.enum},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert.enum,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert,data:data133};
if(vErrors === null){
vErrors = [err393];
}
else {
vErrors.push(err393);
}
errors++;
}
if(typeof data133 === "string"){
if(func71(data133) > 8){
const err394 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/alert",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/alert/maxLength",keyword:"maxLength",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert,data:data133};
if(vErrors === null){
vErrors = [err394];
}
else {
vErrors.push(err394);
}
errors++;
}
}
else {
const err395 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/alert",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/alert/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.alert,data:data133};
if(vErrors === null){
vErrors = [err395];
}
else {
vErrors.push(err395);
}
errors++;
}
if(data130.threshold !== undefined && func0.call(data130, "threshold")){
let data134 = data130.threshold;
if(!((typeof data134 == "number") && (!(data134 % 1) && !isNaN(data134)))){
const err396 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/threshold",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/threshold/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.threshold.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.threshold,data:data134};
if(vErrors === null){
vErrors = [err396];
}
else {
vErrors.push(err396);
}
errors++;
}
if(typeof data134 == "number"){
if(data134 > 100000 || isNaN(data134)){
const err397 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/threshold",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/threshold/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},schema:100000,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.threshold,data:data134};
if(vErrors === null){
vErrors = [err397];
}
else {
vErrors.push(err397);
}
errors++;
}
if(data134 < 1 || isNaN(data134)){
const err398 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/threshold",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/threshold/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.threshold,data:data134};
if(vErrors === null){
vErrors = [err398];
}
else {
vErrors.push(err398);
}
errors++;
}
}
}
if(data130.windowSeconds !== undefined && func0.call(data130, "windowSeconds")){
let data135 = data130.windowSeconds;
if(!((typeof data135 == "number") && (!(data135 % 1) && !isNaN(data135)))){
const err399 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/windowSeconds",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/windowSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.windowSeconds.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.windowSeconds,data:data135};
if(vErrors === null){
vErrors = [err399];
}
else {
vErrors.push(err399);
}
errors++;
}
if(typeof data135 == "number"){
if(data135 > 2592000 || isNaN(data135)){
const err400 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/windowSeconds",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/windowSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2592000},schema:2592000,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.windowSeconds,data:data135};
if(vErrors === null){
vErrors = [err400];
}
else {
vErrors.push(err400);
}
errors++;
}
if(data135 < 1 || isNaN(data135)){
const err401 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13+"/windowSeconds",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/properties/windowSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items.properties.windowSeconds,data:data135};
if(vErrors === null){
vErrors = [err401];
}
else {
vErrors.push(err401);
}
errors++;
}
}
}
}
else {
const err402 = {instancePath:instancePath+"/spec/monitoring/rules/" + i13,schemaPath:"#/properties/spec/properties/monitoring/properties/rules/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.monitoring.properties.rules.items.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules.items,data:data130};
if(vErrors === null){
vErrors = [err402];
}
else {
vErrors.push(err402);
}
errors++;
}
}
}
else {
const err403 = {instancePath:instancePath+"/spec/monitoring/rules",schemaPath:"#/properties/spec/properties/monitoring/properties/rules/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.monitoring.properties.rules.type,parentSchema:schema11.properties.spec.properties.monitoring.properties.rules,data:data129};
if(vErrors === null){
vErrors = [err403];
}
else {
vErrors.push(err403);
}
errors++;
}
}
}
else {
const err404 = {instancePath:instancePath+"/spec/monitoring",schemaPath:"#/properties/spec/properties/monitoring/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.monitoring.type,parentSchema:schema11.properties.spec.properties.monitoring,data:data124};
if(vErrors === null){
vErrors = [err404];
}
else {
vErrors.push(err404);
}
errors++;
}
}
if(data16.lockout !== undefined && func0.call(data16, "lockout")){
let data136 = data16.lockout;
if(data136 && typeof data136 == "object" && !Array.isArray(data136)){
if(data136.maxFailures === undefined){
data136.maxFailures = 20;
}
if(data136.windowSeconds === undefined){
data136.windowSeconds = 60;
}
if(data136.blockSeconds === undefined){
data136.blockSeconds = 900;
}
for(const key41 of Object.keys(data136)){
if(!(((key41 === "maxFailures") || (key41 === "windowSeconds")) || (key41 === "blockSeconds"))){
const err405 = {instancePath:instancePath+"/spec/lockout",schemaPath:"#/properties/spec/properties/lockout/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key41},schema:false,parentSchema:schema11.properties.spec.properties.lockout,data:data136};
if(vErrors === null){
vErrors = [err405];
}
else {
vErrors.push(err405);
}
errors++;
}
}
let data137 = data136.maxFailures;
if(!((typeof data137 == "number") && (!(data137 % 1) && !isNaN(data137)))){
const err406 = {instancePath:instancePath+"/spec/lockout/maxFailures",schemaPath:"#/properties/spec/properties/lockout/properties/maxFailures/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.lockout.properties.maxFailures.type,parentSchema:schema11.properties.spec.properties.lockout.properties.maxFailures,data:data137};
if(vErrors === null){
vErrors = [err406];
}
else {
vErrors.push(err406);
}
errors++;
}
if(typeof data137 == "number"){
if(data137 > 100000 || isNaN(data137)){
const err407 = {instancePath:instancePath+"/spec/lockout/maxFailures",schemaPath:"#/properties/spec/properties/lockout/properties/maxFailures/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},schema:100000,parentSchema:schema11.properties.spec.properties.lockout.properties.maxFailures,data:data137};
if(vErrors === null){
vErrors = [err407];
}
else {
vErrors.push(err407);
}
errors++;
}
if(data137 < 1 || isNaN(data137)){
const err408 = {instancePath:instancePath+"/spec/lockout/maxFailures",schemaPath:"#/properties/spec/properties/lockout/properties/maxFailures/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.lockout.properties.maxFailures,data:data137};
if(vErrors === null){
vErrors = [err408];
}
else {
vErrors.push(err408);
}
errors++;
}
}
let data138 = data136.windowSeconds;
if(!((typeof data138 == "number") && (!(data138 % 1) && !isNaN(data138)))){
const err409 = {instancePath:instancePath+"/spec/lockout/windowSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/windowSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.lockout.properties.windowSeconds.type,parentSchema:schema11.properties.spec.properties.lockout.properties.windowSeconds,data:data138};
if(vErrors === null){
vErrors = [err409];
}
else {
vErrors.push(err409);
}
errors++;
}
if(typeof data138 == "number"){
if(data138 > 86400 || isNaN(data138)){
const err410 = {instancePath:instancePath+"/spec/lockout/windowSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/windowSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},schema:86400,parentSchema:schema11.properties.spec.properties.lockout.properties.windowSeconds,data:data138};
if(vErrors === null){
vErrors = [err410];
}
else {
vErrors.push(err410);
}
errors++;
}
if(data138 < 1 || isNaN(data138)){
const err411 = {instancePath:instancePath+"/spec/lockout/windowSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/windowSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.lockout.properties.windowSeconds,data:data138};
if(vErrors === null){
vErrors = [err411];
}
else {
vErrors.push(err411);
}
errors++;
}
}
let data139 = data136.blockSeconds;
if(!((typeof data139 == "number") && (!(data139 % 1) && !isNaN(data139)))){
const err412 = {instancePath:instancePath+"/spec/lockout/blockSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/blockSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.lockout.properties.blockSeconds.type,parentSchema:schema11.properties.spec.properties.lockout.properties.blockSeconds,data:data139};
if(vErrors === null){
vErrors = [err412];
}
else {
vErrors.push(err412);
}
errors++;
}
if(typeof data139 == "number"){
if(data139 > 604800 || isNaN(data139)){
const err413 = {instancePath:instancePath+"/spec/lockout/blockSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/blockSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 604800},schema:604800,parentSchema:schema11.properties.spec.properties.lockout.properties.blockSeconds,data:data139};
if(vErrors === null){
vErrors = [err413];
}
else {
vErrors.push(err413);
}
errors++;
}
if(data139 < 1 || isNaN(data139)){
const err414 = {instancePath:instancePath+"/spec/lockout/blockSeconds",schemaPath:"#/properties/spec/properties/lockout/properties/blockSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.lockout.properties.blockSeconds,data:data139};
if(vErrors === null){
vErrors = [err414];
}
else {
vErrors.push(err414);
}
errors++;
}
}
}
else {
const err415 = {instancePath:instancePath+"/spec/lockout",schemaPath:"#/properties/spec/properties/lockout/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.lockout.type,parentSchema:schema11.properties.spec.properties.lockout,data:data136};
if(vErrors === null){
vErrors = [err415];
}
else {
vErrors.push(err415);
}
errors++;
}
}
if(data16.tokens !== undefined && func0.call(data16, "tokens")){
let data140 = data16.tokens;
if(data140 && typeof data140 == "object" && !Array.isArray(data140)){
if((data140.issuers === undefined) || (!(func0.call(data140, "issuers")))){
const err416 = {instancePath:instancePath+"/spec/tokens",schemaPath:"#/properties/spec/properties/tokens/required",keyword:"required",params:{missingProperty: "issuers"},schema:schema11.properties.spec.properties.tokens.required,parentSchema:schema11.properties.spec.properties.tokens,data:data140};
if(vErrors === null){
vErrors = [err416];
}
else {
vErrors.push(err416);
}
errors++;
}
for(const key42 of Object.keys(data140)){
if(!(key42 === "issuers")){
const err417 = {instancePath:instancePath+"/spec/tokens",schemaPath:"#/properties/spec/properties/tokens/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key42},schema:false,parentSchema:schema11.properties.spec.properties.tokens,data:data140};
if(vErrors === null){
vErrors = [err417];
}
else {
vErrors.push(err417);
}
errors++;
}
}
if(data140.issuers !== undefined && func0.call(data140, "issuers")){
let data141 = data140.issuers;
if(Array.isArray(data141)){
if(data141.length > 8){
const err418 = {instancePath:instancePath+"/spec/tokens/issuers",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/maxItems",keyword:"maxItems",params:{limit: 8},schema:8,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers,data:data141};
if(vErrors === null){
vErrors = [err418];
}
else {
vErrors.push(err418);
}
errors++;
}
if(data141.length < 1){
const err419 = {instancePath:instancePath+"/spec/tokens/issuers",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers,data:data141};
if(vErrors === null){
vErrors = [err419];
}
else {
vErrors.push(err419);
}
errors++;
}
const len10 = data141.length;
for(let i14=0; i14<len10; i14++){
let data142 = data141[i14];
if(data142 && typeof data142 == "object" && !Array.isArray(data142)){
if(data142.algorithms === undefined){
data142.algorithms = ["RS256","ES256"];
}
if(data142.identityClaim === undefined){
data142.identityClaim = "sub";
}
if(data142.maxLifetimeSeconds === undefined){
data142.maxLifetimeSeconds = 86400;
}
if(data142.clockSkewSeconds === undefined){
data142.clockSkewSeconds = 30;
}
if((data142.issuer === undefined) || (!(func0.call(data142, "issuer")))){
const err420 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/required",keyword:"required",params:{missingProperty: "issuer"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items,data:data142};
if(vErrors === null){
vErrors = [err420];
}
else {
vErrors.push(err420);
}
errors++;
}
if((data142.audience === undefined) || (!(func0.call(data142, "audience")))){
const err421 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/required",keyword:"required",params:{missingProperty: "audience"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items,data:data142};
if(vErrors === null){
vErrors = [err421];
}
else {
vErrors.push(err421);
}
errors++;
}
if((data142.jwks === undefined) || (!(func0.call(data142, "jwks")))){
const err422 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/required",keyword:"required",params:{missingProperty: "jwks"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items,data:data142};
if(vErrors === null){
vErrors = [err422];
}
else {
vErrors.push(err422);
}
errors++;
}
for(const key43 of Object.keys(data142)){
if(!((((((((key43 === "issuer") || (key43 === "audience")) || (key43 === "jwks")) || (key43 === "algorithms")) || (key43 === "identityClaim")) || (key43 === "requiredClaims")) || (key43 === "maxLifetimeSeconds")) || (key43 === "clockSkewSeconds"))){
const err423 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key43},schema:false,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items,data:data142};
if(vErrors === null){
vErrors = [err423];
}
else {
vErrors.push(err423);
}
errors++;
}
}
if(data142.issuer !== undefined && func0.call(data142, "issuer")){
let data143 = data142.issuer;
if(typeof data143 === "string"){
if(func71(data143) > 512){
const err424 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/issuer",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/issuer/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.issuer,data:data143};
if(vErrors === null){
vErrors = [err424];
}
else {
vErrors.push(err424);
}
errors++;
}
if(func71(data143) < 1){
const err425 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/issuer",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/issuer/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.issuer,data:data143};
if(vErrors === null){
vErrors = [err425];
}
else {
vErrors.push(err425);
}
errors++;
}
if(!pattern34.test(data143)){
const err426 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/issuer",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/issuer/pattern",keyword:"pattern",params:{pattern: "^[!-~]+$"},schema:"^[!-~]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.issuer,data:data143};
if(vErrors === null){
vErrors = [err426];
}
else {
vErrors.push(err426);
}
errors++;
}
}
else {
const err427 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/issuer",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/issuer/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.issuer.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.issuer,data:data143};
if(vErrors === null){
vErrors = [err427];
}
else {
vErrors.push(err427);
}
errors++;
}
}
if(data142.audience !== undefined && func0.call(data142, "audience")){
let data144 = data142.audience;
if(typeof data144 === "string"){
if(func71(data144) > 512){
const err428 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/audience",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/audience/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.audience,data:data144};
if(vErrors === null){
vErrors = [err428];
}
else {
vErrors.push(err428);
}
errors++;
}
if(func71(data144) < 1){
const err429 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/audience",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/audience/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.audience,data:data144};
if(vErrors === null){
vErrors = [err429];
}
else {
vErrors.push(err429);
}
errors++;
}
if(!pattern34.test(data144)){
const err430 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/audience",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/audience/pattern",keyword:"pattern",params:{pattern: "^[!-~]+$"},schema:"^[!-~]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.audience,data:data144};
if(vErrors === null){
vErrors = [err430];
}
else {
vErrors.push(err430);
}
errors++;
}
}
else {
const err431 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/audience",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/audience/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.audience.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.audience,data:data144};
if(vErrors === null){
vErrors = [err431];
}
else {
vErrors.push(err431);
}
errors++;
}
}
if(data142.jwks !== undefined && func0.call(data142, "jwks")){
let data145 = data142.jwks;
if(data145 && typeof data145 == "object" && !Array.isArray(data145)){
if(data145.refreshSeconds === undefined){
data145.refreshSeconds = 300;
}
for(const key44 of Object.keys(data145)){
if(!((((key44 === "ref") || (key44 === "url")) || (key44 === "caRef")) || (key44 === "refreshSeconds"))){
const err432 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key44},schema:false,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks,data:data145};
if(vErrors === null){
vErrors = [err432];
}
else {
vErrors.push(err432);
}
errors++;
}
}
if(data145.ref !== undefined && func0.call(data145, "ref")){
let data146 = data145.ref;
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.key === undefined){
data146.key = "jwks.json";
}
if((data146.kind === undefined) || (!(func0.call(data146, "kind")))){
const err433 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref,data:data146};
if(vErrors === null){
vErrors = [err433];
}
else {
vErrors.push(err433);
}
errors++;
}
if((data146.name === undefined) || (!(func0.call(data146, "name")))){
const err434 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref,data:data146};
if(vErrors === null){
vErrors = [err434];
}
else {
vErrors.push(err434);
}
errors++;
}
for(const key45 of Object.keys(data146)){
if(!(((key45 === "kind") || (key45 === "name")) || (key45 === "key"))){
const err435 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key45},schema:false,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref,data:data146};
if(vErrors === null){
vErrors = [err435];
}
else {
vErrors.push(err435);
}
errors++;
}
}
if(data146.kind !== undefined && func0.call(data146, "kind")){
let data147 = data146.kind;
if(!((data147 === "ConfigMap") || (data147 === "Secret"))){
const err436 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind.enum},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind.enum,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind,data:data147};
if(vErrors === null){
vErrors = [err436];
}
else {
vErrors.push(err436);
}
errors++;
}
if(typeof data147 === "string"){
if(func71(data147) > 9){
const err437 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/kind/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind,data:data147};
if(vErrors === null){
vErrors = [err437];
}
else {
vErrors.push(err437);
}
errors++;
}
}
else {
const err438 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.kind,data:data147};
if(vErrors === null){
vErrors = [err438];
}
else {
vErrors.push(err438);
}
errors++;
}
}
if(data146.name !== undefined && func0.call(data146, "name")){
let data148 = data146.name;
if(typeof data148 === "string"){
if(func71(data148) > 253){
const err439 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.name,data:data148};
if(vErrors === null){
vErrors = [err439];
}
else {
vErrors.push(err439);
}
errors++;
}
if(func71(data148) < 1){
const err440 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.name,data:data148};
if(vErrors === null){
vErrors = [err440];
}
else {
vErrors.push(err440);
}
errors++;
}
if(!pattern1.test(data148)){
const err441 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.name,data:data148};
if(vErrors === null){
vErrors = [err441];
}
else {
vErrors.push(err441);
}
errors++;
}
}
else {
const err442 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.name.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.name,data:data148};
if(vErrors === null){
vErrors = [err442];
}
else {
vErrors.push(err442);
}
errors++;
}
}
let data149 = data146.key;
if(typeof data149 === "string"){
if(func71(data149) > 253){
const err443 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.key,data:data149};
if(vErrors === null){
vErrors = [err443];
}
else {
vErrors.push(err443);
}
errors++;
}
if(func71(data149) < 1){
const err444 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.key,data:data149};
if(vErrors === null){
vErrors = [err444];
}
else {
vErrors.push(err444);
}
errors++;
}
if(!pattern14.test(data149)){
const err445 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.key,data:data149};
if(vErrors === null){
vErrors = [err445];
}
else {
vErrors.push(err445);
}
errors++;
}
}
else {
const err446 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/properties/key/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.key.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.properties.key,data:data149};
if(vErrors === null){
vErrors = [err446];
}
else {
vErrors.push(err446);
}
errors++;
}
}
else {
const err447 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/ref",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/ref/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.ref,data:data146};
if(vErrors === null){
vErrors = [err447];
}
else {
vErrors.push(err447);
}
errors++;
}
}
if(data145.url !== undefined && func0.call(data145, "url")){
let data150 = data145.url;
if(typeof data150 === "string"){
if(func71(data150) > 2048){
const err448 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/url",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},schema:2048,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.url,data:data150};
if(vErrors === null){
vErrors = [err448];
}
else {
vErrors.push(err448);
}
errors++;
}
if(func71(data150) < 10){
const err449 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/url",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/url/minLength",keyword:"minLength",params:{limit: 10},schema:10,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.url,data:data150};
if(vErrors === null){
vErrors = [err449];
}
else {
vErrors.push(err449);
}
errors++;
}
if(!pattern38.test(data150)){
const err450 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/url",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/url/pattern",keyword:"pattern",params:{pattern: "^https://[A-Za-z0-9.:_-]+(/[!-~]*)?$"},schema:"^https://[A-Za-z0-9.:_-]+(/[!-~]*)?$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.url,data:data150};
if(vErrors === null){
vErrors = [err450];
}
else {
vErrors.push(err450);
}
errors++;
}
}
else {
const err451 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/url",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/url/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.url.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.url,data:data150};
if(vErrors === null){
vErrors = [err451];
}
else {
vErrors.push(err451);
}
errors++;
}
}
if(data145.caRef !== undefined && func0.call(data145, "caRef")){
let data151 = data145.caRef;
if(data151 && typeof data151 == "object" && !Array.isArray(data151)){
if(data151.key === undefined){
data151.key = "ca.crt";
}
if((data151.kind === undefined) || (!(func0.call(data151, "kind")))){
const err452 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/required",keyword:"required",params:{missingProperty: "kind"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef,data:data151};
if(vErrors === null){
vErrors = [err452];
}
else {
vErrors.push(err452);
}
errors++;
}
if((data151.name === undefined) || (!(func0.call(data151, "name")))){
const err453 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef,data:data151};
if(vErrors === null){
vErrors = [err453];
}
else {
vErrors.push(err453);
}
errors++;
}
for(const key46 of Object.keys(data151)){
if(!(((key46 === "kind") || (key46 === "name")) || (key46 === "key"))){
const err454 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key46},schema:false,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef,data:data151};
if(vErrors === null){
vErrors = [err454];
}
else {
vErrors.push(err454);
}
errors++;
}
}
if(data151.kind !== undefined && func0.call(data151, "kind")){
let data152 = data151.kind;
if(!((data152 === "ConfigMap") || (data152 === "Secret"))){
const err455 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind.enum},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind.enum,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind,data:data152};
if(vErrors === null){
vErrors = [err455];
}
else {
vErrors.push(err455);
}
errors++;
}
if(typeof data152 === "string"){
if(func71(data152) > 9){
const err456 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/kind/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind,data:data152};
if(vErrors === null){
vErrors = [err456];
}
else {
vErrors.push(err456);
}
errors++;
}
}
else {
const err457 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/kind",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/kind/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.kind,data:data152};
if(vErrors === null){
vErrors = [err457];
}
else {
vErrors.push(err457);
}
errors++;
}
}
if(data151.name !== undefined && func0.call(data151, "name")){
let data153 = data151.name;
if(typeof data153 === "string"){
if(func71(data153) > 253){
const err458 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.name,data:data153};
if(vErrors === null){
vErrors = [err458];
}
else {
vErrors.push(err458);
}
errors++;
}
if(func71(data153) < 1){
const err459 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.name,data:data153};
if(vErrors === null){
vErrors = [err459];
}
else {
vErrors.push(err459);
}
errors++;
}
if(!pattern1.test(data153)){
const err460 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.name,data:data153};
if(vErrors === null){
vErrors = [err460];
}
else {
vErrors.push(err460);
}
errors++;
}
}
else {
const err461 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.name.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.name,data:data153};
if(vErrors === null){
vErrors = [err461];
}
else {
vErrors.push(err461);
}
errors++;
}
}
let data154 = data151.key;
if(typeof data154 === "string"){
if(func71(data154) > 253){
const err462 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.key,data:data154};
if(vErrors === null){
vErrors = [err462];
}
else {
vErrors.push(err462);
}
errors++;
}
if(func71(data154) < 1){
const err463 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.key,data:data154};
if(vErrors === null){
vErrors = [err463];
}
else {
vErrors.push(err463);
}
errors++;
}
if(!pattern14.test(data154)){
const err464 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.key,data:data154};
if(vErrors === null){
vErrors = [err464];
}
else {
vErrors.push(err464);
}
errors++;
}
}
else {
const err465 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef/key",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.key.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.properties.key,data:data154};
if(vErrors === null){
vErrors = [err465];
}
else {
vErrors.push(err465);
}
errors++;
}
}
else {
const err466 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/caRef",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/caRef/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.caRef,data:data151};
if(vErrors === null){
vErrors = [err466];
}
else {
vErrors.push(err466);
}
errors++;
}
}
let data155 = data145.refreshSeconds;
if(!((typeof data155 == "number") && (!(data155 % 1) && !isNaN(data155)))){
const err467 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/refreshSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/refreshSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.refreshSeconds.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.refreshSeconds,data:data155};
if(vErrors === null){
vErrors = [err467];
}
else {
vErrors.push(err467);
}
errors++;
}
if(typeof data155 == "number"){
if(data155 > 86400 || isNaN(data155)){
const err468 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/refreshSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/refreshSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},schema:86400,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.refreshSeconds,data:data155};
if(vErrors === null){
vErrors = [err468];
}
else {
vErrors.push(err468);
}
errors++;
}
if(data155 < 30 || isNaN(data155)){
const err469 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks/refreshSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/properties/refreshSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 30},schema:30,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.properties.refreshSeconds,data:data155};
if(vErrors === null){
vErrors = [err469];
}
else {
vErrors.push(err469);
}
errors++;
}
}
}
else {
const err470 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/jwks",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/jwks/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.jwks,data:data145};
if(vErrors === null){
vErrors = [err470];
}
else {
vErrors.push(err470);
}
errors++;
}
}
let data156 = data142.algorithms;
if(Array.isArray(data156)){
if(data156.length > 10){
const err471 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/maxItems",keyword:"maxItems",params:{limit: 10},schema:10,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms,data:data156};
if(vErrors === null){
vErrors = [err471];
}
else {
vErrors.push(err471);
}
errors++;
}
if(data156.length < 1){
const err472 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms,data:data156};
if(vErrors === null){
vErrors = [err472];
}
else {
vErrors.push(err472);
}
errors++;
}
const len11 = data156.length;
for(let i15=0; i15<len11; i15++){
let data157 = data156[i15];
if(!((((((((((data157 === "RS256") || (data157 === "RS384")) || (data157 === "RS512")) || (data157 === "PS256")) || (data157 === "PS384")) || (data157 === "PS512")) || (data157 === "ES256")) || (data157 === "ES384")) || (data157 === "ES512")) || (data157 === "EdDSA"))){
const err473 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms/" + i15,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items.enum},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items.enum,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items,data:data157};
if(vErrors === null){
vErrors = [err473];
}
else {
vErrors.push(err473);
}
errors++;
}
if(typeof data157 === "string"){
if(func71(data157) > 5){
const err474 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms/" + i15,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/items/maxLength",keyword:"maxLength",params:{limit: 5},schema:5,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items,data:data157};
if(vErrors === null){
vErrors = [err474];
}
else {
vErrors.push(err474);
}
errors++;
}
}
else {
const err475 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms/" + i15,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/items/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.items,data:data157};
if(vErrors === null){
vErrors = [err475];
}
else {
vErrors.push(err475);
}
errors++;
}
}
let i16 = data156.length;
let j4;
if(i16 > 1){
const indices4 = {};
for(;i16--;){
let item4 = data156[i16];
if(typeof item4 !== "string"){
continue;
}
if(typeof indices4[item4] == "number"){
j4 = indices4[item4];
const err476 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/uniqueItems",keyword:"uniqueItems",params:{i: i16, j: j4},schema:true,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms,data:data156};
if(vErrors === null){
vErrors = [err476];
}
else {
vErrors.push(err476);
}
errors++;
break;
}
indices4[item4] = i16;
}
}
}
else {
const err477 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/algorithms",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/algorithms/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.algorithms,data:data156};
if(vErrors === null){
vErrors = [err477];
}
else {
vErrors.push(err477);
}
errors++;
}
let data158 = data142.identityClaim;
if(typeof data158 === "string"){
if(func71(data158) > 128){
const err478 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/identityClaim",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/identityClaim/maxLength",keyword:"maxLength",params:{limit: 128},schema:128,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.identityClaim,data:data158};
if(vErrors === null){
vErrors = [err478];
}
else {
vErrors.push(err478);
}
errors++;
}
if(func71(data158) < 1){
const err479 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/identityClaim",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/identityClaim/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.identityClaim,data:data158};
if(vErrors === null){
vErrors = [err479];
}
else {
vErrors.push(err479);
}
errors++;
}
if(!pattern34.test(data158)){
const err480 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/identityClaim",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/identityClaim/pattern",keyword:"pattern",params:{pattern: "^[!-~]+$"},schema:"^[!-~]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.identityClaim,data:data158};
if(vErrors === null){
vErrors = [err480];
}
else {
vErrors.push(err480);
}
errors++;
}
}
else {
const err481 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/identityClaim",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/identityClaim/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.identityClaim.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.identityClaim,data:data158};
if(vErrors === null){
vErrors = [err481];
}
else {
vErrors.push(err481);
}
errors++;
}
if(data142.requiredClaims !== undefined && func0.call(data142, "requiredClaims")){
let data159 = data142.requiredClaims;
if(Array.isArray(data159)){
if(data159.length > 16){
const err482 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/maxItems",keyword:"maxItems",params:{limit: 16},schema:16,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims,data:data159};
if(vErrors === null){
vErrors = [err482];
}
else {
vErrors.push(err482);
}
errors++;
}
const len12 = data159.length;
for(let i17=0; i17<len12; i17++){
let data160 = data159[i17];
if(data160 && typeof data160 == "object" && !Array.isArray(data160)){
if((data160.name === undefined) || (!(func0.call(data160, "name")))){
const err483 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items,data:data160};
if(vErrors === null){
vErrors = [err483];
}
else {
vErrors.push(err483);
}
errors++;
}
if((data160.value === undefined) || (!(func0.call(data160, "value")))){
const err484 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/required",keyword:"required",params:{missingProperty: "value"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.required,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items,data:data160};
if(vErrors === null){
vErrors = [err484];
}
else {
vErrors.push(err484);
}
errors++;
}
for(const key47 of Object.keys(data160)){
if(!((key47 === "name") || (key47 === "value"))){
const err485 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key47},schema:false,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items,data:data160};
if(vErrors === null){
vErrors = [err485];
}
else {
vErrors.push(err485);
}
errors++;
}
}
if(data160.name !== undefined && func0.call(data160, "name")){
let data161 = data160.name;
if(typeof data161 === "string"){
if(func71(data161) > 128){
const err486 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 128},schema:128,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.name,data:data161};
if(vErrors === null){
vErrors = [err486];
}
else {
vErrors.push(err486);
}
errors++;
}
if(func71(data161) < 1){
const err487 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.name,data:data161};
if(vErrors === null){
vErrors = [err487];
}
else {
vErrors.push(err487);
}
errors++;
}
if(!pattern34.test(data161)){
const err488 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[!-~]+$"},schema:"^[!-~]+$",parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.name,data:data161};
if(vErrors === null){
vErrors = [err488];
}
else {
vErrors.push(err488);
}
errors++;
}
}
else {
const err489 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/name",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.name.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.name,data:data161};
if(vErrors === null){
vErrors = [err489];
}
else {
vErrors.push(err489);
}
errors++;
}
}
if(data160.value !== undefined && func0.call(data160, "value")){
let data162 = data160.value;
if(typeof data162 === "string"){
if(func71(data162) > 512){
const err490 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/value",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/value/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.value,data:data162};
if(vErrors === null){
vErrors = [err490];
}
else {
vErrors.push(err490);
}
errors++;
}
if(func71(data162) < 1){
const err491 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/value",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/value/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.value,data:data162};
if(vErrors === null){
vErrors = [err491];
}
else {
vErrors.push(err491);
}
errors++;
}
}
else {
const err492 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17+"/value",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/properties/value/type",keyword:"type",params:{type: "string"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.value.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.properties.value,data:data162};
if(vErrors === null){
vErrors = [err492];
}
else {
vErrors.push(err492);
}
errors++;
}
}
}
else {
const err493 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims/" + i17,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.items,data:data160};
if(vErrors === null){
vErrors = [err493];
}
else {
vErrors.push(err493);
}
errors++;
}
}
}
else {
const err494 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/requiredClaims",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/requiredClaims/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.requiredClaims,data:data159};
if(vErrors === null){
vErrors = [err494];
}
else {
vErrors.push(err494);
}
errors++;
}
}
let data163 = data142.maxLifetimeSeconds;
if(!((typeof data163 == "number") && (!(data163 % 1) && !isNaN(data163)))){
const err495 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/maxLifetimeSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/maxLifetimeSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.maxLifetimeSeconds.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.maxLifetimeSeconds,data:data163};
if(vErrors === null){
vErrors = [err495];
}
else {
vErrors.push(err495);
}
errors++;
}
if(typeof data163 == "number"){
if(data163 > 31536000 || isNaN(data163)){
const err496 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/maxLifetimeSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/maxLifetimeSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000},schema:31536000,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.maxLifetimeSeconds,data:data163};
if(vErrors === null){
vErrors = [err496];
}
else {
vErrors.push(err496);
}
errors++;
}
if(data163 < 60 || isNaN(data163)){
const err497 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/maxLifetimeSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/maxLifetimeSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 60},schema:60,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.maxLifetimeSeconds,data:data163};
if(vErrors === null){
vErrors = [err497];
}
else {
vErrors.push(err497);
}
errors++;
}
}
let data164 = data142.clockSkewSeconds;
if(!((typeof data164 == "number") && (!(data164 % 1) && !isNaN(data164)))){
const err498 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/clockSkewSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/clockSkewSeconds/type",keyword:"type",params:{type: "integer"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.clockSkewSeconds.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.clockSkewSeconds,data:data164};
if(vErrors === null){
vErrors = [err498];
}
else {
vErrors.push(err498);
}
errors++;
}
if(typeof data164 == "number"){
if(data164 > 300 || isNaN(data164)){
const err499 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/clockSkewSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/clockSkewSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 300},schema:300,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.clockSkewSeconds,data:data164};
if(vErrors === null){
vErrors = [err499];
}
else {
vErrors.push(err499);
}
errors++;
}
if(data164 < 0 || isNaN(data164)){
const err500 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14+"/clockSkewSeconds",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/properties/clockSkewSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items.properties.clockSkewSeconds,data:data164};
if(vErrors === null){
vErrors = [err500];
}
else {
vErrors.push(err500);
}
errors++;
}
}
}
else {
const err501 = {instancePath:instancePath+"/spec/tokens/issuers/" + i14,schemaPath:"#/properties/spec/properties/tokens/properties/issuers/items/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.properties.issuers.items.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers.items,data:data142};
if(vErrors === null){
vErrors = [err501];
}
else {
vErrors.push(err501);
}
errors++;
}
}
}
else {
const err502 = {instancePath:instancePath+"/spec/tokens/issuers",schemaPath:"#/properties/spec/properties/tokens/properties/issuers/type",keyword:"type",params:{type: "array"},schema:schema11.properties.spec.properties.tokens.properties.issuers.type,parentSchema:schema11.properties.spec.properties.tokens.properties.issuers,data:data141};
if(vErrors === null){
vErrors = [err502];
}
else {
vErrors.push(err502);
}
errors++;
}
}
}
else {
const err503 = {instancePath:instancePath+"/spec/tokens",schemaPath:"#/properties/spec/properties/tokens/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.properties.tokens.type,parentSchema:schema11.properties.spec.properties.tokens,data:data140};
if(vErrors === null){
vErrors = [err503];
}
else {
vErrors.push(err503);
}
errors++;
}
}
}
else {
const err504 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},schema:schema11.properties.spec.type,parentSchema:schema11.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err504];
}
else {
vErrors.push(err504);
}
errors++;
}
}
if(data.status !== undefined && func0.call(data, "status")){
let data165 = data.status;
if(!(data165 && typeof data165 == "object" && !Array.isArray(data165))){
const err505 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},schema:schema11.properties.status.type,parentSchema:schema11.properties.status,data:data165};
if(vErrors === null){
vErrors = [err505];
}
else {
vErrors.push(err505);
}
errors++;
}
}
}
else {
const err506 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err506];
}
else {
vErrors.push(err506);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

export const AclTemplate = validate11;
const schema12 = {"$id":"AclTemplate","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"mqttsecurity.io/v1alpha1"},"kind":{"const":"AclTemplate"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"generation":{"type":"integer"},"resourceVersion":{"type":"string"},"creationTimestamp":{"type":["string","null"]},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}}}},"spec":{"type":"object","required":["rules"],"properties":{"description":{"type":"string","minLength":1,"maxLength":512},"role":{"type":"string","enum":["Device","Backend","Admin"],"default":"Device","maxLength":7},"allowControl":{"type":"boolean","default":false},"parameters":{"type":"object","default":{},"properties":{"properties":{"type":"object","maxProperties":32,"additionalProperties":{"type":"object","required":["type"],"properties":{"type":{"type":"string","enum":["string","integer","boolean"],"maxLength":7},"description":{"type":"string","minLength":1,"maxLength":512},"enum":{"type":"array","minItems":1,"maxItems":64,"items":{"type":["integer","string"],"maxLength":256,"minimum":-9007199254740991,"maximum":9007199254740991}},"minLength":{"type":"integer","minimum":0,"maximum":256},"maxLength":{"type":"integer","minimum":0,"maximum":256},"minimum":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991},"maximum":{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991},"default":{"type":["string","integer","boolean"],"maxLength":256,"minimum":-9007199254740991,"maximum":9007199254740991}},"additionalProperties":false}},"required":{"type":"array","maxItems":32,"uniqueItems":true,"items":{"type":"string","minLength":1,"maxLength":63}}},"additionalProperties":false},"rules":{"type":"array","minItems":1,"maxItems":64,"items":{"type":"object","required":["topic"],"properties":{"effect":{"type":"string","enum":["Allow","Deny"],"default":"Allow","maxLength":5},"actions":{"type":"array","minItems":1,"maxItems":2,"uniqueItems":true,"items":{"type":"string","enum":["Publish","Subscribe"],"maxLength":9}},"topic":{"type":"string","pattern":"^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$","minLength":1,"maxLength":1024},"description":{"type":"string","minLength":1,"maxLength":512}},"additionalProperties":false}}},"additionalProperties":false},"status":{"type":"object"}},"additionalProperties":false};
const pattern43 = new RegExp("^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$", "u");

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="AclTemplate" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.apiVersion === undefined) || (!(func0.call(data, "apiVersion")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},schema:schema12.required,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if((data.kind === undefined) || (!(func0.call(data, "kind")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},schema:schema12.required,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((data.metadata === undefined) || (!(func0.call(data, "metadata")))){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},schema:schema12.required,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((data.spec === undefined) || (!(func0.call(data, "spec")))){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},schema:schema12.required,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec")) || (key0 === "status"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},schema:false,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined && func0.call(data, "apiVersion")){
let data0 = data.apiVersion;
if("mqttsecurity.io/v1alpha1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "mqttsecurity.io/v1alpha1"},schema:"mqttsecurity.io/v1alpha1",parentSchema:schema12.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined && func0.call(data, "kind")){
let data1 = data.kind;
if("AclTemplate" !== data1){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "AclTemplate"},schema:"AclTemplate",parentSchema:schema12.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.metadata !== undefined && func0.call(data, "metadata")){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if((data2.name === undefined) || (!(func0.call(data2, "name")))){
const err7 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},schema:schema12.properties.metadata.required,parentSchema:schema12.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.name !== undefined && func0.call(data2, "name")){
let data3 = data2.name;
if(typeof data3 !== "string"){
const err8 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.name.type,parentSchema:schema12.properties.metadata.properties.name,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.namespace !== undefined && func0.call(data2, "namespace")){
let data4 = data2.namespace;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.namespace.type,parentSchema:schema12.properties.metadata.properties.namespace,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.uid !== undefined && func0.call(data2, "uid")){
let data5 = data2.uid;
if(typeof data5 !== "string"){
const err10 = {instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.uid.type,parentSchema:schema12.properties.metadata.properties.uid,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.generation !== undefined && func0.call(data2, "generation")){
let data6 = data2.generation;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
const err11 = {instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},schema:schema12.properties.metadata.properties.generation.type,parentSchema:schema12.properties.metadata.properties.generation,data:data6};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.resourceVersion !== undefined && func0.call(data2, "resourceVersion")){
let data7 = data2.resourceVersion;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.resourceVersion.type,parentSchema:schema12.properties.metadata.properties.resourceVersion,data:data7};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.creationTimestamp !== undefined && func0.call(data2, "creationTimestamp")){
let data8 = data2.creationTimestamp;
if((typeof data8 !== "string") && (data8 !== null)){
const err13 = {instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: schema12.properties.metadata.properties.creationTimestamp.type},schema:schema12.properties.metadata.properties.creationTimestamp.type,parentSchema:schema12.properties.metadata.properties.creationTimestamp,data:data8};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.deletionTimestamp !== undefined && func0.call(data2, "deletionTimestamp")){
let data9 = data2.deletionTimestamp;
if(typeof data9 !== "string"){
const err14 = {instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.deletionTimestamp.type,parentSchema:schema12.properties.metadata.properties.deletionTimestamp,data:data9};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.finalizers !== undefined && func0.call(data2, "finalizers")){
let data10 = data2.finalizers;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.finalizers.items.type,parentSchema:schema12.properties.metadata.properties.finalizers.items,data:data11};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},schema:schema12.properties.metadata.properties.finalizers.type,parentSchema:schema12.properties.metadata.properties.finalizers,data:data10};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined && func0.call(data2, "labels")){
let data12 = data2.labels;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
let data13 = data12[key1];
if(typeof data13 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema12.properties.metadata.properties.labels.additionalProperties,data:data13};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},schema:schema12.properties.metadata.properties.labels.type,parentSchema:schema12.properties.metadata.properties.labels,data:data12};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined && func0.call(data2, "annotations")){
let data14 = data2.annotations;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key2 of Object.keys(data14)){
let data15 = data14[key2];
if(typeof data15 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema12.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema12.properties.metadata.properties.annotations.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},schema:schema12.properties.metadata.properties.annotations.type,parentSchema:schema12.properties.metadata.properties.annotations,data:data14};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},schema:schema12.properties.metadata.type,parentSchema:schema12.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined && func0.call(data, "spec")){
let data16 = data.spec;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.role === undefined){
data16.role = "Device";
}
if(data16.allowControl === undefined){
data16.allowControl = false;
}
if(data16.parameters === undefined){
data16.parameters = {};
}
if((data16.rules === undefined) || (!(func0.call(data16, "rules")))){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "rules"},schema:schema12.properties.spec.required,parentSchema:schema12.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key3 of Object.keys(data16)){
if(!(((((key3 === "description") || (key3 === "role")) || (key3 === "allowControl")) || (key3 === "parameters")) || (key3 === "rules"))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},schema:false,parentSchema:schema12.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data16.description !== undefined && func0.call(data16, "description")){
let data17 = data16.description;
if(typeof data17 === "string"){
if(func71(data17) > 512){
const err24 = {instancePath:instancePath+"/spec/description",schemaPath:"#/properties/spec/properties/description/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema12.properties.spec.properties.description,data:data17};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(func71(data17) < 1){
const err25 = {instancePath:instancePath+"/spec/description",schemaPath:"#/properties/spec/properties/description/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.description,data:data17};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/spec/description",schemaPath:"#/properties/spec/properties/description/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.description.type,parentSchema:schema12.properties.spec.properties.description,data:data17};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
let data18 = data16.role;
if(!(((data18 === "Device") || (data18 === "Backend")) || (data18 === "Admin"))){
const err27 = {instancePath:instancePath+"/spec/role",schemaPath:"#/properties/spec/properties/role/enum",keyword:"enum",params:{allowedValues: schema12.properties.spec.properties.role.enum},schema:schema12.properties.spec.properties.role.enum,parentSchema:schema12.properties.spec.properties.role,data:data18};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(typeof data18 === "string"){
if(func71(data18) > 7){
const err28 = {instancePath:instancePath+"/spec/role",schemaPath:"#/properties/spec/properties/role/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema12.properties.spec.properties.role,data:data18};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/spec/role",schemaPath:"#/properties/spec/properties/role/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.role.type,parentSchema:schema12.properties.spec.properties.role,data:data18};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
let data19 = data16.allowControl;
if(typeof data19 !== "boolean"){
const err30 = {instancePath:instancePath+"/spec/allowControl",schemaPath:"#/properties/spec/properties/allowControl/type",keyword:"type",params:{type: "boolean"},schema:schema12.properties.spec.properties.allowControl.type,parentSchema:schema12.properties.spec.properties.allowControl,data:data19};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
let data20 = data16.parameters;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key4 of Object.keys(data20)){
if(!((key4 === "properties") || (key4 === "required"))){
const err31 = {instancePath:instancePath+"/spec/parameters",schemaPath:"#/properties/spec/properties/parameters/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},schema:false,parentSchema:schema12.properties.spec.properties.parameters,data:data20};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data20.properties !== undefined && func0.call(data20, "properties")){
let data21 = data20.properties;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(Object.keys(data21).length > 32){
const err32 = {instancePath:instancePath+"/spec/parameters/properties",schemaPath:"#/properties/spec/properties/parameters/properties/properties/maxProperties",keyword:"maxProperties",params:{limit: 32},schema:32,parentSchema:schema12.properties.spec.properties.parameters.properties.properties,data:data21};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
for(const key5 of Object.keys(data21)){
let data22 = data21[key5];
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if((data22.type === undefined) || (!(func0.call(data22, "type")))){
const err33 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/required",keyword:"required",params:{missingProperty: "type"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.required,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties,data:data22};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key6 of Object.keys(data22)){
if(!((((((((key6 === "type") || (key6 === "description")) || (key6 === "enum")) || (key6 === "minLength")) || (key6 === "maxLength")) || (key6 === "minimum")) || (key6 === "maximum")) || (key6 === "default"))){
const err34 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},schema:false,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties,data:data22};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data22.type !== undefined && func0.call(data22, "type")){
let data23 = data22.type;
if(!(((data23 === "string") || (data23 === "integer")) || (data23 === "boolean"))){
const err35 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/type/enum",keyword:"enum",params:{allowedValues: schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type.enum},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type.enum,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type,data:data23};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(typeof data23 === "string"){
if(func71(data23) > 7){
const err36 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/type/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type,data:data23};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/type/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.type,data:data23};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data22.description !== undefined && func0.call(data22, "description")){
let data24 = data22.description;
if(typeof data24 === "string"){
if(func71(data24) > 512){
const err38 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/description",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/description/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.description,data:data24};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(func71(data24) < 1){
const err39 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/description",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/description/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.description,data:data24};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/description",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/description/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.description.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.description,data:data24};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data22.enum !== undefined && func0.call(data22, "enum")){
let data25 = data22.enum;
if(Array.isArray(data25)){
if(data25.length > 64){
const err41 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/maxItems",keyword:"maxItems",params:{limit: 64},schema:64,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum,data:data25};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data25.length < 1){
const err42 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum,data:data25};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
const len1 = data25.length;
for(let i1=0; i1<len1; i1++){
let data26 = data25[i1];
if((!((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26)))) && (typeof data26 !== "string")){
const err43 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum/" + i1,schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/items/type",keyword:"type",params:{type: schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items.type},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items,data:data26};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(typeof data26 == "number"){
if(data26 > 9007199254740991 || isNaN(data26)){
const err44 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum/" + i1,schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items,data:data26};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data26 < -9007199254740991 || isNaN(data26)){
const err45 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum/" + i1,schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items,data:data26};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(typeof data26 === "string"){
if(func71(data26) > 256){
const err46 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum/" + i1,schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/items/maxLength",keyword:"maxLength",params:{limit: 256},schema:256,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.items,data:data26};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
}
else {
const err47 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/enum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/enum/type",keyword:"type",params:{type: "array"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.enum,data:data25};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data22.minLength !== undefined && func0.call(data22, "minLength")){
let data27 = data22.minLength;
if(!((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27)))){
const err48 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minLength/type",keyword:"type",params:{type: "integer"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minLength.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minLength,data:data27};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(typeof data27 == "number"){
if(data27 > 256 || isNaN(data27)){
const err49 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minLength/maximum",keyword:"maximum",params:{comparison: "<=", limit: 256},schema:256,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minLength,data:data27};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data27 < 0 || isNaN(data27)){
const err50 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minLength/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minLength,data:data27};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
if(data22.maxLength !== undefined && func0.call(data22, "maxLength")){
let data28 = data22.maxLength;
if(!((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28)))){
const err51 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maxLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maxLength/type",keyword:"type",params:{type: "integer"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maxLength.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maxLength,data:data28};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(typeof data28 == "number"){
if(data28 > 256 || isNaN(data28)){
const err52 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maxLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maxLength/maximum",keyword:"maximum",params:{comparison: "<=", limit: 256},schema:256,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maxLength,data:data28};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data28 < 0 || isNaN(data28)){
const err53 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maxLength",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maxLength/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maxLength,data:data28};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
if(data22.minimum !== undefined && func0.call(data22, "minimum")){
let data29 = data22.minimum;
if(!((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29)))){
const err54 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minimum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minimum/type",keyword:"type",params:{type: "integer"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minimum.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minimum,data:data29};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(typeof data29 == "number"){
if(data29 > 9007199254740991 || isNaN(data29)){
const err55 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minimum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minimum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minimum,data:data29};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data29 < -9007199254740991 || isNaN(data29)){
const err56 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/minimum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/minimum/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.minimum,data:data29};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
if(data22.maximum !== undefined && func0.call(data22, "maximum")){
let data30 = data22.maximum;
if(!((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30)))){
const err57 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maximum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maximum/type",keyword:"type",params:{type: "integer"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maximum.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maximum,data:data30};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(typeof data30 == "number"){
if(data30 > 9007199254740991 || isNaN(data30)){
const err58 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maximum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maximum/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maximum,data:data30};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(data30 < -9007199254740991 || isNaN(data30)){
const err59 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/maximum",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/maximum/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.maximum,data:data30};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
}
if(data22.default !== undefined && func0.call(data22, "default")){
let data31 = data22.default;
if(((typeof data31 !== "string") && (!((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))))) && (typeof data31 !== "boolean")){
const err60 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/default",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/default/type",keyword:"type",params:{type: schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default.type},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default,data:data31};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(typeof data31 == "number"){
if(data31 > 9007199254740991 || isNaN(data31)){
const err61 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/default",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/default/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default,data:data31};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(data31 < -9007199254740991 || isNaN(data31)){
const err62 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/default",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/default/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default,data:data31};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(typeof data31 === "string"){
if(func71(data31) > 256){
const err63 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1")+"/default",schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/properties/default/maxLength",keyword:"maxLength",params:{limit: 256},schema:256,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.properties.default,data:data31};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
}
else {
const err64 = {instancePath:instancePath+"/spec/parameters/properties/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/parameters/properties/properties/additionalProperties/type",keyword:"type",params:{type: "object"},schema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties.additionalProperties,data:data22};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
else {
const err65 = {instancePath:instancePath+"/spec/parameters/properties",schemaPath:"#/properties/spec/properties/parameters/properties/properties/type",keyword:"type",params:{type: "object"},schema:schema12.properties.spec.properties.parameters.properties.properties.type,parentSchema:schema12.properties.spec.properties.parameters.properties.properties,data:data21};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data20.required !== undefined && func0.call(data20, "required")){
let data32 = data20.required;
if(Array.isArray(data32)){
if(data32.length > 32){
const err66 = {instancePath:instancePath+"/spec/parameters/required",schemaPath:"#/properties/spec/properties/parameters/properties/required/maxItems",keyword:"maxItems",params:{limit: 32},schema:32,parentSchema:schema12.properties.spec.properties.parameters.properties.required,data:data32};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
const len2 = data32.length;
for(let i2=0; i2<len2; i2++){
let data33 = data32[i2];
if(typeof data33 === "string"){
if(func71(data33) > 63){
const err67 = {instancePath:instancePath+"/spec/parameters/required/" + i2,schemaPath:"#/properties/spec/properties/parameters/properties/required/items/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema12.properties.spec.properties.parameters.properties.required.items,data:data33};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(func71(data33) < 1){
const err68 = {instancePath:instancePath+"/spec/parameters/required/" + i2,schemaPath:"#/properties/spec/properties/parameters/properties/required/items/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.parameters.properties.required.items,data:data33};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
else {
const err69 = {instancePath:instancePath+"/spec/parameters/required/" + i2,schemaPath:"#/properties/spec/properties/parameters/properties/required/items/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.parameters.properties.required.items.type,parentSchema:schema12.properties.spec.properties.parameters.properties.required.items,data:data33};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
let i3 = data32.length;
let j0;
if(i3 > 1){
const indices0 = {};
for(;i3--;){
let item0 = data32[i3];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err70 = {instancePath:instancePath+"/spec/parameters/required",schemaPath:"#/properties/spec/properties/parameters/properties/required/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j0},schema:true,parentSchema:schema12.properties.spec.properties.parameters.properties.required,data:data32};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
break;
}
indices0[item0] = i3;
}
}
}
else {
const err71 = {instancePath:instancePath+"/spec/parameters/required",schemaPath:"#/properties/spec/properties/parameters/properties/required/type",keyword:"type",params:{type: "array"},schema:schema12.properties.spec.properties.parameters.properties.required.type,parentSchema:schema12.properties.spec.properties.parameters.properties.required,data:data32};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
else {
const err72 = {instancePath:instancePath+"/spec/parameters",schemaPath:"#/properties/spec/properties/parameters/type",keyword:"type",params:{type: "object"},schema:schema12.properties.spec.properties.parameters.type,parentSchema:schema12.properties.spec.properties.parameters,data:data20};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data16.rules !== undefined && func0.call(data16, "rules")){
let data34 = data16.rules;
if(Array.isArray(data34)){
if(data34.length > 64){
const err73 = {instancePath:instancePath+"/spec/rules",schemaPath:"#/properties/spec/properties/rules/maxItems",keyword:"maxItems",params:{limit: 64},schema:64,parentSchema:schema12.properties.spec.properties.rules,data:data34};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(data34.length < 1){
const err74 = {instancePath:instancePath+"/spec/rules",schemaPath:"#/properties/spec/properties/rules/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.rules,data:data34};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
const len3 = data34.length;
for(let i4=0; i4<len3; i4++){
let data35 = data34[i4];
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if(data35.effect === undefined){
data35.effect = "Allow";
}
if((data35.topic === undefined) || (!(func0.call(data35, "topic")))){
const err75 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/required",keyword:"required",params:{missingProperty: "topic"},schema:schema12.properties.spec.properties.rules.items.required,parentSchema:schema12.properties.spec.properties.rules.items,data:data35};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
for(const key7 of Object.keys(data35)){
if(!((((key7 === "effect") || (key7 === "actions")) || (key7 === "topic")) || (key7 === "description"))){
const err76 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},schema:false,parentSchema:schema12.properties.spec.properties.rules.items,data:data35};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
let data36 = data35.effect;
if(!((data36 === "Allow") || (data36 === "Deny"))){
const err77 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/enum",keyword:"enum",params:{allowedValues: schema12.properties.spec.properties.rules.items.properties.effect.enum},schema:schema12.properties.spec.properties.rules.items.properties.effect.enum,parentSchema:schema12.properties.spec.properties.rules.items.properties.effect,data:data36};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(typeof data36 === "string"){
if(func71(data36) > 5){
const err78 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/maxLength",keyword:"maxLength",params:{limit: 5},schema:5,parentSchema:schema12.properties.spec.properties.rules.items.properties.effect,data:data36};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.rules.items.properties.effect.type,parentSchema:schema12.properties.spec.properties.rules.items.properties.effect,data:data36};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data35.actions !== undefined && func0.call(data35, "actions")){
let data37 = data35.actions;
if(Array.isArray(data37)){
if(data37.length > 2){
const err80 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/maxItems",keyword:"maxItems",params:{limit: 2},schema:2,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions,data:data37};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data37.length < 1){
const err81 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions,data:data37};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
const len4 = data37.length;
for(let i5=0; i5<len4; i5++){
let data38 = data37[i5];
if(!((data38 === "Publish") || (data38 === "Subscribe"))){
const err82 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/enum",keyword:"enum",params:{allowedValues: schema12.properties.spec.properties.rules.items.properties.actions.items.enum},schema:schema12.properties.spec.properties.rules.items.properties.actions.items.enum,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions.items,data:data38};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(typeof data38 === "string"){
if(func71(data38) > 9){
const err83 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions.items,data:data38};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.rules.items.properties.actions.items.type,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions.items,data:data38};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
let i6 = data37.length;
let j1;
if(i6 > 1){
const indices1 = {};
for(;i6--;){
let item1 = data37[i6];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err85 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/uniqueItems",keyword:"uniqueItems",params:{i: i6, j: j1},schema:true,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions,data:data37};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
break;
}
indices1[item1] = i6;
}
}
}
else {
const err86 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/type",keyword:"type",params:{type: "array"},schema:schema12.properties.spec.properties.rules.items.properties.actions.type,parentSchema:schema12.properties.spec.properties.rules.items.properties.actions,data:data37};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data35.topic !== undefined && func0.call(data35, "topic")){
let data39 = data35.topic;
if(typeof data39 === "string"){
if(func71(data39) > 1024){
const err87 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/maxLength",keyword:"maxLength",params:{limit: 1024},schema:1024,parentSchema:schema12.properties.spec.properties.rules.items.properties.topic,data:data39};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(func71(data39) < 1){
const err88 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.rules.items.properties.topic,data:data39};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(!pattern43.test(data39)){
const err89 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/pattern",keyword:"pattern",params:{pattern: "^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$"},schema:"^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$",parentSchema:schema12.properties.spec.properties.rules.items.properties.topic,data:data39};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
else {
const err90 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.rules.items.properties.topic.type,parentSchema:schema12.properties.spec.properties.rules.items.properties.topic,data:data39};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data35.description !== undefined && func0.call(data35, "description")){
let data40 = data35.description;
if(typeof data40 === "string"){
if(func71(data40) > 512){
const err91 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema12.properties.spec.properties.rules.items.properties.description,data:data40};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(func71(data40) < 1){
const err92 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema12.properties.spec.properties.rules.items.properties.description,data:data40};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/type",keyword:"type",params:{type: "string"},schema:schema12.properties.spec.properties.rules.items.properties.description.type,parentSchema:schema12.properties.spec.properties.rules.items.properties.description,data:data40};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/type",keyword:"type",params:{type: "object"},schema:schema12.properties.spec.properties.rules.items.type,parentSchema:schema12.properties.spec.properties.rules.items,data:data35};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath:instancePath+"/spec/rules",schemaPath:"#/properties/spec/properties/rules/type",keyword:"type",params:{type: "array"},schema:schema12.properties.spec.properties.rules.type,parentSchema:schema12.properties.spec.properties.rules,data:data34};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
}
else {
const err96 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},schema:schema12.properties.spec.type,parentSchema:schema12.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data.status !== undefined && func0.call(data, "status")){
let data41 = data.status;
if(!(data41 && typeof data41 == "object" && !Array.isArray(data41))){
const err97 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},schema:schema12.properties.status.type,parentSchema:schema12.properties.status,data:data41};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
else {
const err98 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},schema:schema12.type,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}

export const MqttDevice = validate12;
const schema13 = {"$id":"MqttDevice","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"mqttsecurity.io/v1alpha1"},"kind":{"const":"MqttDevice"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"generation":{"type":"integer"},"resourceVersion":{"type":"string"},"creationTimestamp":{"type":["string","null"]},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}}}},"spec":{"type":"object","required":["brokerRef","authentication"],"properties":{"brokerRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"namespace":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$","minLength":1,"maxLength":63}},"additionalProperties":false},"identity":{"type":"string","pattern":"^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$","minLength":1,"maxLength":64},"templateRefs":{"type":"array","maxItems":16,"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"parameters":{"type":"object","maxProperties":32,"additionalProperties":{"type":["string","integer","boolean"],"maxLength":256,"minimum":-9007199254740991,"maximum":9007199254740991}}},"additionalProperties":false}},"groups":{"type":"array","maxItems":32,"uniqueItems":true,"items":{"type":"string","pattern":"^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$","minLength":1,"maxLength":64}},"authentication":{"type":"object","required":["type"],"properties":{"type":{"type":"string","enum":["Certificate","Password","Token"],"maxLength":11},"certificate":{"type":"object","properties":{"template":{"type":"object","properties":{"duration":{"type":"string","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"renewBefore":{"type":"string","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"privateKey":{"type":"object","properties":{"algorithm":{"type":"string","enum":["ECDSA","RSA","Ed25519"],"default":"ECDSA","maxLength":7},"size":{"type":"integer","minimum":256,"maximum":4096},"rotationPolicy":{"type":"string","enum":["Always","Never"],"default":"Always","maxLength":6}},"additionalProperties":false},"csr":{"type":"string","pattern":"^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$","minLength":1,"maxLength":8192},"secretName":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"previousCertificate":{"type":"object","properties":{"revokeAfterSeconds":{"type":"integer","minimum":0,"maximum":31536000}},"additionalProperties":false},"keystores":{"type":"object","properties":{"pkcs12":{"type":"object","required":["passwordSecretRef"],"properties":{"passwordSecretRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"password","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"profile":{"type":"string","enum":["Modern2023","LegacyDES"],"default":"Modern2023","maxLength":10}},"additionalProperties":false}},"additionalProperties":false}},"additionalProperties":false}},"additionalProperties":false},"password":{"type":"object","properties":{"generate":{"type":"object","maxProperties":0},"hash":{"type":"string","pattern":"^\\$(6|7\\$[1-9][0-9]{0,4})\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/]{86}==$","minLength":1,"maxLength":128},"secretRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"password","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"revision":{"type":"integer","minimum":1,"maximum":2147483647}},"additionalProperties":false}},"additionalProperties":false},"rules":{"type":"array","maxItems":32,"items":{"type":"object","required":["topic"],"properties":{"effect":{"type":"string","enum":["Allow","Deny"],"default":"Allow","maxLength":5},"actions":{"type":"array","minItems":1,"maxItems":2,"uniqueItems":true,"items":{"type":"string","enum":["Publish","Subscribe"],"maxLength":9}},"topic":{"type":"string","pattern":"^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$","minLength":1,"maxLength":1024},"description":{"type":"string","minLength":1,"maxLength":512},"expiresAt":{"type":"string","maxLength":35,"format":"date-time"}},"additionalProperties":false}},"suspended":{"type":"boolean","default":false},"expiresAt":{"type":"string","maxLength":35,"format":"date-time"},"revoked":{"type":"object","required":["reason"],"properties":{"reason":{"type":"string","enum":["Unspecified","KeyCompromise","CaCompromise","AffiliationChanged","Superseded","CessationOfOperation","PrivilegeWithdrawn"],"maxLength":20},"at":{"type":"string","maxLength":35,"format":"date-time"}},"additionalProperties":false}},"additionalProperties":false},"status":{"type":"object"}},"additionalProperties":false};
const pattern46 = new RegExp("^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$", "u");
const pattern51 = new RegExp("^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$", "u");
const pattern55 = new RegExp("^\\$(6|7\\$[1-9][0-9]{0,4})\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/]{86}==$", "u");
const formats0 = /^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function validate12(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="MqttDevice" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.apiVersion === undefined) || (!(func0.call(data, "apiVersion")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},schema:schema13.required,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if((data.kind === undefined) || (!(func0.call(data, "kind")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},schema:schema13.required,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((data.metadata === undefined) || (!(func0.call(data, "metadata")))){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},schema:schema13.required,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((data.spec === undefined) || (!(func0.call(data, "spec")))){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},schema:schema13.required,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec")) || (key0 === "status"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},schema:false,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined && func0.call(data, "apiVersion")){
let data0 = data.apiVersion;
if("mqttsecurity.io/v1alpha1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "mqttsecurity.io/v1alpha1"},schema:"mqttsecurity.io/v1alpha1",parentSchema:schema13.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined && func0.call(data, "kind")){
let data1 = data.kind;
if("MqttDevice" !== data1){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "MqttDevice"},schema:"MqttDevice",parentSchema:schema13.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.metadata !== undefined && func0.call(data, "metadata")){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if((data2.name === undefined) || (!(func0.call(data2, "name")))){
const err7 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},schema:schema13.properties.metadata.required,parentSchema:schema13.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.name !== undefined && func0.call(data2, "name")){
let data3 = data2.name;
if(typeof data3 !== "string"){
const err8 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.name.type,parentSchema:schema13.properties.metadata.properties.name,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.namespace !== undefined && func0.call(data2, "namespace")){
let data4 = data2.namespace;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.namespace.type,parentSchema:schema13.properties.metadata.properties.namespace,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.uid !== undefined && func0.call(data2, "uid")){
let data5 = data2.uid;
if(typeof data5 !== "string"){
const err10 = {instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.uid.type,parentSchema:schema13.properties.metadata.properties.uid,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.generation !== undefined && func0.call(data2, "generation")){
let data6 = data2.generation;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
const err11 = {instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},schema:schema13.properties.metadata.properties.generation.type,parentSchema:schema13.properties.metadata.properties.generation,data:data6};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.resourceVersion !== undefined && func0.call(data2, "resourceVersion")){
let data7 = data2.resourceVersion;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.resourceVersion.type,parentSchema:schema13.properties.metadata.properties.resourceVersion,data:data7};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.creationTimestamp !== undefined && func0.call(data2, "creationTimestamp")){
let data8 = data2.creationTimestamp;
if((typeof data8 !== "string") && (data8 !== null)){
const err13 = {instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: schema13.properties.metadata.properties.creationTimestamp.type},schema:schema13.properties.metadata.properties.creationTimestamp.type,parentSchema:schema13.properties.metadata.properties.creationTimestamp,data:data8};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.deletionTimestamp !== undefined && func0.call(data2, "deletionTimestamp")){
let data9 = data2.deletionTimestamp;
if(typeof data9 !== "string"){
const err14 = {instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.deletionTimestamp.type,parentSchema:schema13.properties.metadata.properties.deletionTimestamp,data:data9};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.finalizers !== undefined && func0.call(data2, "finalizers")){
let data10 = data2.finalizers;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.finalizers.items.type,parentSchema:schema13.properties.metadata.properties.finalizers.items,data:data11};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},schema:schema13.properties.metadata.properties.finalizers.type,parentSchema:schema13.properties.metadata.properties.finalizers,data:data10};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined && func0.call(data2, "labels")){
let data12 = data2.labels;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
let data13 = data12[key1];
if(typeof data13 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema13.properties.metadata.properties.labels.additionalProperties,data:data13};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},schema:schema13.properties.metadata.properties.labels.type,parentSchema:schema13.properties.metadata.properties.labels,data:data12};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined && func0.call(data2, "annotations")){
let data14 = data2.annotations;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key2 of Object.keys(data14)){
let data15 = data14[key2];
if(typeof data15 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema13.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema13.properties.metadata.properties.annotations.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},schema:schema13.properties.metadata.properties.annotations.type,parentSchema:schema13.properties.metadata.properties.annotations,data:data14};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},schema:schema13.properties.metadata.type,parentSchema:schema13.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined && func0.call(data, "spec")){
let data16 = data.spec;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.suspended === undefined){
data16.suspended = false;
}
if((data16.brokerRef === undefined) || (!(func0.call(data16, "brokerRef")))){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "brokerRef"},schema:schema13.properties.spec.required,parentSchema:schema13.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((data16.authentication === undefined) || (!(func0.call(data16, "authentication")))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "authentication"},schema:schema13.properties.spec.required,parentSchema:schema13.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
for(const key3 of Object.keys(data16)){
if(!(func0.call(schema13.properties.spec.properties, key3))){
const err24 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},schema:false,parentSchema:schema13.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data16.brokerRef !== undefined && func0.call(data16, "brokerRef")){
let data17 = data16.brokerRef;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if((data17.name === undefined) || (!(func0.call(data17, "name")))){
const err25 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema13.properties.spec.properties.brokerRef.required,parentSchema:schema13.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
for(const key4 of Object.keys(data17)){
if(!((key4 === "name") || (key4 === "namespace"))){
const err26 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},schema:false,parentSchema:schema13.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data17.name !== undefined && func0.call(data17, "name")){
let data18 = data17.name;
if(typeof data18 === "string"){
if(func71(data18) > 253){
const err27 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(func71(data18) < 1){
const err28 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(!pattern1.test(data18)){
const err29 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.brokerRef.properties.name.type,parentSchema:schema13.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data17.namespace !== undefined && func0.call(data17, "namespace")){
let data19 = data17.namespace;
if(typeof data19 === "string"){
if(func71(data19) > 63){
const err31 = {instancePath:instancePath+"/spec/brokerRef/namespace",schemaPath:"#/properties/spec/properties/brokerRef/properties/namespace/maxLength",keyword:"maxLength",params:{limit: 63},schema:63,parentSchema:schema13.properties.spec.properties.brokerRef.properties.namespace,data:data19};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func71(data19) < 1){
const err32 = {instancePath:instancePath+"/spec/brokerRef/namespace",schemaPath:"#/properties/spec/properties/brokerRef/properties/namespace/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.brokerRef.properties.namespace,data:data19};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!pattern0.test(data19)){
const err33 = {instancePath:instancePath+"/spec/brokerRef/namespace",schemaPath:"#/properties/spec/properties/brokerRef/properties/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.brokerRef.properties.namespace,data:data19};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/brokerRef/namespace",schemaPath:"#/properties/spec/properties/brokerRef/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.brokerRef.properties.namespace.type,parentSchema:schema13.properties.spec.properties.brokerRef.properties.namespace,data:data19};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.brokerRef.type,parentSchema:schema13.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data16.identity !== undefined && func0.call(data16, "identity")){
let data20 = data16.identity;
if(typeof data20 === "string"){
if(func71(data20) > 64){
const err36 = {instancePath:instancePath+"/spec/identity",schemaPath:"#/properties/spec/properties/identity/maxLength",keyword:"maxLength",params:{limit: 64},schema:64,parentSchema:schema13.properties.spec.properties.identity,data:data20};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(func71(data20) < 1){
const err37 = {instancePath:instancePath+"/spec/identity",schemaPath:"#/properties/spec/properties/identity/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.identity,data:data20};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(!pattern46.test(data20)){
const err38 = {instancePath:instancePath+"/spec/identity",schemaPath:"#/properties/spec/properties/identity/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$"},schema:"^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$",parentSchema:schema13.properties.spec.properties.identity,data:data20};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/spec/identity",schemaPath:"#/properties/spec/properties/identity/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.identity.type,parentSchema:schema13.properties.spec.properties.identity,data:data20};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data16.templateRefs !== undefined && func0.call(data16, "templateRefs")){
let data21 = data16.templateRefs;
if(Array.isArray(data21)){
if(data21.length > 16){
const err40 = {instancePath:instancePath+"/spec/templateRefs",schemaPath:"#/properties/spec/properties/templateRefs/maxItems",keyword:"maxItems",params:{limit: 16},schema:16,parentSchema:schema13.properties.spec.properties.templateRefs,data:data21};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
const len1 = data21.length;
for(let i1=0; i1<len1; i1++){
let data22 = data21[i1];
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if((data22.name === undefined) || (!(func0.call(data22, "name")))){
const err41 = {instancePath:instancePath+"/spec/templateRefs/" + i1,schemaPath:"#/properties/spec/properties/templateRefs/items/required",keyword:"required",params:{missingProperty: "name"},schema:schema13.properties.spec.properties.templateRefs.items.required,parentSchema:schema13.properties.spec.properties.templateRefs.items,data:data22};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
for(const key5 of Object.keys(data22)){
if(!((key5 === "name") || (key5 === "parameters"))){
const err42 = {instancePath:instancePath+"/spec/templateRefs/" + i1,schemaPath:"#/properties/spec/properties/templateRefs/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},schema:false,parentSchema:schema13.properties.spec.properties.templateRefs.items,data:data22};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data22.name !== undefined && func0.call(data22, "name")){
let data23 = data22.name;
if(typeof data23 === "string"){
if(func71(data23) > 253){
const err43 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/name",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.name,data:data23};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(func71(data23) < 1){
const err44 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/name",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.name,data:data23};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(!pattern1.test(data23)){
const err45 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/name",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.name,data:data23};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/name",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/name/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.templateRefs.items.properties.name.type,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.name,data:data23};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data22.parameters !== undefined && func0.call(data22, "parameters")){
let data24 = data22.parameters;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(Object.keys(data24).length > 32){
const err47 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/maxProperties",keyword:"maxProperties",params:{limit: 32},schema:32,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters,data:data24};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
for(const key6 of Object.keys(data24)){
let data25 = data24[key6];
if(((typeof data25 !== "string") && (!((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))))) && (typeof data25 !== "boolean")){
const err48 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/additionalProperties/type",keyword:"type",params:{type: schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties.type},schema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties.type,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(typeof data25 == "number"){
if(data25 > 9007199254740991 || isNaN(data25)){
const err49 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},schema:9007199254740991,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data25 < -9007199254740991 || isNaN(data25)){
const err50 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: -9007199254740991},schema:-9007199254740991,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(typeof data25 === "string"){
if(func71(data25) > 256){
const err51 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 256},schema:256,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
}
else {
const err52 = {instancePath:instancePath+"/spec/templateRefs/" + i1+"/parameters",schemaPath:"#/properties/spec/properties/templateRefs/items/properties/parameters/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.templateRefs.items.properties.parameters.type,parentSchema:schema13.properties.spec.properties.templateRefs.items.properties.parameters,data:data24};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/spec/templateRefs/" + i1,schemaPath:"#/properties/spec/properties/templateRefs/items/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.templateRefs.items.type,parentSchema:schema13.properties.spec.properties.templateRefs.items,data:data22};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath:instancePath+"/spec/templateRefs",schemaPath:"#/properties/spec/properties/templateRefs/type",keyword:"type",params:{type: "array"},schema:schema13.properties.spec.properties.templateRefs.type,parentSchema:schema13.properties.spec.properties.templateRefs,data:data21};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data16.groups !== undefined && func0.call(data16, "groups")){
let data26 = data16.groups;
if(Array.isArray(data26)){
if(data26.length > 32){
const err55 = {instancePath:instancePath+"/spec/groups",schemaPath:"#/properties/spec/properties/groups/maxItems",keyword:"maxItems",params:{limit: 32},schema:32,parentSchema:schema13.properties.spec.properties.groups,data:data26};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
const len2 = data26.length;
for(let i2=0; i2<len2; i2++){
let data27 = data26[i2];
if(typeof data27 === "string"){
if(func71(data27) > 64){
const err56 = {instancePath:instancePath+"/spec/groups/" + i2,schemaPath:"#/properties/spec/properties/groups/items/maxLength",keyword:"maxLength",params:{limit: 64},schema:64,parentSchema:schema13.properties.spec.properties.groups.items,data:data27};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(func71(data27) < 1){
const err57 = {instancePath:instancePath+"/spec/groups/" + i2,schemaPath:"#/properties/spec/properties/groups/items/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.groups.items,data:data27};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(!pattern46.test(data27)){
const err58 = {instancePath:instancePath+"/spec/groups/" + i2,schemaPath:"#/properties/spec/properties/groups/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$"},schema:"^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$",parentSchema:schema13.properties.spec.properties.groups.items,data:data27};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/spec/groups/" + i2,schemaPath:"#/properties/spec/properties/groups/items/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.groups.items.type,parentSchema:schema13.properties.spec.properties.groups.items,data:data27};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
let i3 = data26.length;
let j0;
if(i3 > 1){
const indices0 = {};
for(;i3--;){
let item0 = data26[i3];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err60 = {instancePath:instancePath+"/spec/groups",schemaPath:"#/properties/spec/properties/groups/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j0},schema:true,parentSchema:schema13.properties.spec.properties.groups,data:data26};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
break;
}
indices0[item0] = i3;
}
}
}
else {
const err61 = {instancePath:instancePath+"/spec/groups",schemaPath:"#/properties/spec/properties/groups/type",keyword:"type",params:{type: "array"},schema:schema13.properties.spec.properties.groups.type,parentSchema:schema13.properties.spec.properties.groups,data:data26};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data16.authentication !== undefined && func0.call(data16, "authentication")){
let data28 = data16.authentication;
if(data28 && typeof data28 == "object" && !Array.isArray(data28)){
if((data28.type === undefined) || (!(func0.call(data28, "type")))){
const err62 = {instancePath:instancePath+"/spec/authentication",schemaPath:"#/properties/spec/properties/authentication/required",keyword:"required",params:{missingProperty: "type"},schema:schema13.properties.spec.properties.authentication.required,parentSchema:schema13.properties.spec.properties.authentication,data:data28};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
for(const key7 of Object.keys(data28)){
if(!(((key7 === "type") || (key7 === "certificate")) || (key7 === "password"))){
const err63 = {instancePath:instancePath+"/spec/authentication",schemaPath:"#/properties/spec/properties/authentication/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},schema:false,parentSchema:schema13.properties.spec.properties.authentication,data:data28};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data28.type !== undefined && func0.call(data28, "type")){
let data29 = data28.type;
if(!(((data29 === "Certificate") || (data29 === "Password")) || (data29 === "Token"))){
const err64 = {instancePath:instancePath+"/spec/authentication/type",schemaPath:"#/properties/spec/properties/authentication/properties/type/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.authentication.properties.type.enum},schema:schema13.properties.spec.properties.authentication.properties.type.enum,parentSchema:schema13.properties.spec.properties.authentication.properties.type,data:data29};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(typeof data29 === "string"){
if(func71(data29) > 11){
const err65 = {instancePath:instancePath+"/spec/authentication/type",schemaPath:"#/properties/spec/properties/authentication/properties/type/maxLength",keyword:"maxLength",params:{limit: 11},schema:11,parentSchema:schema13.properties.spec.properties.authentication.properties.type,data:data29};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/spec/authentication/type",schemaPath:"#/properties/spec/properties/authentication/properties/type/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.type.type,parentSchema:schema13.properties.spec.properties.authentication.properties.type,data:data29};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data28.certificate !== undefined && func0.call(data28, "certificate")){
let data30 = data28.certificate;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
for(const key8 of Object.keys(data30)){
if(!(key8 === "template")){
const err67 = {instancePath:instancePath+"/spec/authentication/certificate",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate,data:data30};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data30.template !== undefined && func0.call(data30, "template")){
let data31 = data30.template;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key9 of Object.keys(data31)){
if(!(((((((key9 === "duration") || (key9 === "renewBefore")) || (key9 === "privateKey")) || (key9 === "csr")) || (key9 === "secretName")) || (key9 === "previousCertificate")) || (key9 === "keystores"))){
const err68 = {instancePath:instancePath+"/spec/authentication/certificate/template",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template,data:data31};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data31.duration !== undefined && func0.call(data31, "duration")){
let data32 = data31.duration;
if(typeof data32 === "string"){
if(func71(data32) > 27){
const err69 = {instancePath:instancePath+"/spec/authentication/certificate/template/duration",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/duration/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.duration,data:data32};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(func71(data32) < 2){
const err70 = {instancePath:instancePath+"/spec/authentication/certificate/template/duration",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/duration/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.duration,data:data32};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(!pattern10.test(data32)){
const err71 = {instancePath:instancePath+"/spec/authentication/certificate/template/duration",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/duration/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.duration,data:data32};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/spec/authentication/certificate/template/duration",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/duration/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.duration.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.duration,data:data32};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data31.renewBefore !== undefined && func0.call(data31, "renewBefore")){
let data33 = data31.renewBefore;
if(typeof data33 === "string"){
if(func71(data33) > 27){
const err73 = {instancePath:instancePath+"/spec/authentication/certificate/template/renewBefore",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/renewBefore/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.renewBefore,data:data33};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(func71(data33) < 2){
const err74 = {instancePath:instancePath+"/spec/authentication/certificate/template/renewBefore",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/renewBefore/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.renewBefore,data:data33};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(!pattern10.test(data33)){
const err75 = {instancePath:instancePath+"/spec/authentication/certificate/template/renewBefore",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/renewBefore/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.renewBefore,data:data33};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/spec/authentication/certificate/template/renewBefore",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/renewBefore/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.renewBefore.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.renewBefore,data:data33};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data31.privateKey !== undefined && func0.call(data31, "privateKey")){
let data34 = data31.privateKey;
if(data34 && typeof data34 == "object" && !Array.isArray(data34)){
if(data34.algorithm === undefined){
data34.algorithm = "ECDSA";
}
if(data34.rotationPolicy === undefined){
data34.rotationPolicy = "Always";
}
for(const key10 of Object.keys(data34)){
if(!(((key10 === "algorithm") || (key10 === "size")) || (key10 === "rotationPolicy"))){
const err77 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey,data:data34};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
let data35 = data34.algorithm;
if(!(((data35 === "ECDSA") || (data35 === "RSA")) || (data35 === "Ed25519"))){
const err78 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/algorithm",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/algorithm/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm.enum},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm.enum,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm,data:data35};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(typeof data35 === "string"){
if(func71(data35) > 7){
const err79 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/algorithm",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/algorithm/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm,data:data35};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/algorithm",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/algorithm/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.algorithm,data:data35};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data34.size !== undefined && func0.call(data34, "size")){
let data36 = data34.size;
if(!((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36)))){
const err81 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/size",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/size/type",keyword:"type",params:{type: "integer"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.size.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.size,data:data36};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(typeof data36 == "number"){
if(data36 > 4096 || isNaN(data36)){
const err82 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/size",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},schema:4096,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.size,data:data36};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(data36 < 256 || isNaN(data36)){
const err83 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/size",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 256},schema:256,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.size,data:data36};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
}
let data37 = data34.rotationPolicy;
if(!((data37 === "Always") || (data37 === "Never"))){
const err84 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/rotationPolicy/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy.enum},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy.enum,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy,data:data37};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(typeof data37 === "string"){
if(func71(data37) > 6){
const err85 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/rotationPolicy/maxLength",keyword:"maxLength",params:{limit: 6},schema:6,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy,data:data37};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
else {
const err86 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/properties/rotationPolicy/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.properties.rotationPolicy,data:data37};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
else {
const err87 = {instancePath:instancePath+"/spec/authentication/certificate/template/privateKey",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/privateKey/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.privateKey,data:data34};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data31.csr !== undefined && func0.call(data31, "csr")){
let data38 = data31.csr;
if(typeof data38 === "string"){
if(func71(data38) > 8192){
const err88 = {instancePath:instancePath+"/spec/authentication/certificate/template/csr",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/csr/maxLength",keyword:"maxLength",params:{limit: 8192},schema:8192,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.csr,data:data38};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(func71(data38) < 1){
const err89 = {instancePath:instancePath+"/spec/authentication/certificate/template/csr",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/csr/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.csr,data:data38};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(!pattern51.test(data38)){
const err90 = {instancePath:instancePath+"/spec/authentication/certificate/template/csr",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/csr/pattern",keyword:"pattern",params:{pattern: "^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$"},schema:"^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.csr,data:data38};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/spec/authentication/certificate/template/csr",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/csr/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.csr.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.csr,data:data38};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data31.secretName !== undefined && func0.call(data31, "secretName")){
let data39 = data31.secretName;
if(typeof data39 === "string"){
if(func71(data39) > 253){
const err92 = {instancePath:instancePath+"/spec/authentication/certificate/template/secretName",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/secretName/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.secretName,data:data39};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(func71(data39) < 1){
const err93 = {instancePath:instancePath+"/spec/authentication/certificate/template/secretName",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/secretName/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.secretName,data:data39};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
if(!pattern1.test(data39)){
const err94 = {instancePath:instancePath+"/spec/authentication/certificate/template/secretName",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/secretName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.secretName,data:data39};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
else {
const err95 = {instancePath:instancePath+"/spec/authentication/certificate/template/secretName",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/secretName/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.secretName.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.secretName,data:data39};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data31.previousCertificate !== undefined && func0.call(data31, "previousCertificate")){
let data40 = data31.previousCertificate;
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
for(const key11 of Object.keys(data40)){
if(!(key11 === "revokeAfterSeconds")){
const err96 = {instancePath:instancePath+"/spec/authentication/certificate/template/previousCertificate",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/previousCertificate/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate,data:data40};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data40.revokeAfterSeconds !== undefined && func0.call(data40, "revokeAfterSeconds")){
let data41 = data40.revokeAfterSeconds;
if(!((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41)))){
const err97 = {instancePath:instancePath+"/spec/authentication/certificate/template/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/previousCertificate/properties/revokeAfterSeconds/type",keyword:"type",params:{type: "integer"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate.properties.revokeAfterSeconds.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate.properties.revokeAfterSeconds,data:data41};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(typeof data41 == "number"){
if(data41 > 31536000 || isNaN(data41)){
const err98 = {instancePath:instancePath+"/spec/authentication/certificate/template/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/previousCertificate/properties/revokeAfterSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000},schema:31536000,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate.properties.revokeAfterSeconds,data:data41};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data41 < 0 || isNaN(data41)){
const err99 = {instancePath:instancePath+"/spec/authentication/certificate/template/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/previousCertificate/properties/revokeAfterSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate.properties.revokeAfterSeconds,data:data41};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
}
else {
const err100 = {instancePath:instancePath+"/spec/authentication/certificate/template/previousCertificate",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/previousCertificate/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.previousCertificate,data:data40};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data31.keystores !== undefined && func0.call(data31, "keystores")){
let data42 = data31.keystores;
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
for(const key12 of Object.keys(data42)){
if(!(key12 === "pkcs12")){
const err101 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores,data:data42};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data42.pkcs12 !== undefined && func0.call(data42, "pkcs12")){
let data43 = data42.pkcs12;
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
if(data43.profile === undefined){
data43.profile = "Modern2023";
}
if((data43.passwordSecretRef === undefined) || (!(func0.call(data43, "passwordSecretRef")))){
const err102 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/required",keyword:"required",params:{missingProperty: "passwordSecretRef"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.required,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12,data:data43};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
for(const key13 of Object.keys(data43)){
if(!((key13 === "passwordSecretRef") || (key13 === "profile"))){
const err103 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12,data:data43};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data43.passwordSecretRef !== undefined && func0.call(data43, "passwordSecretRef")){
let data44 = data43.passwordSecretRef;
if(data44 && typeof data44 == "object" && !Array.isArray(data44)){
if(data44.key === undefined){
data44.key = "password";
}
if((data44.name === undefined) || (!(func0.call(data44, "name")))){
const err104 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.required,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data44};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
for(const key14 of Object.keys(data44)){
if(!((key14 === "name") || (key14 === "key"))){
const err105 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data44};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data44.name !== undefined && func0.call(data44, "name")){
let data45 = data44.name;
if(typeof data45 === "string"){
if(func71(data45) > 253){
const err106 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data45};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
if(func71(data45) < 1){
const err107 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data45};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
if(!pattern1.test(data45)){
const err108 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data45};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
else {
const err109 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data45};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
let data46 = data44.key;
if(typeof data46 === "string"){
if(func71(data46) > 253){
const err110 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data46};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(func71(data46) < 1){
const err111 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data46};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
if(!pattern14.test(data46)){
const err112 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data46};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
else {
const err113 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data46};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
else {
const err114 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/passwordSecretRef/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data44};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
let data47 = data43.profile;
if(!((data47 === "Modern2023") || (data47 === "LegacyDES"))){
const err115 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/profile/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile.enum},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile.enum,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile,data:data47};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if(typeof data47 === "string"){
if(func71(data47) > 10){
const err116 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/profile/maxLength",keyword:"maxLength",params:{limit: 10},schema:10,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile,data:data47};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
else {
const err117 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/properties/profile/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.properties.profile,data:data47};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
else {
const err118 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores/pkcs12",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/properties/pkcs12/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.properties.pkcs12,data:data43};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
}
else {
const err119 = {instancePath:instancePath+"/spec/authentication/certificate/template/keystores",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/properties/keystores/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.properties.keystores,data:data42};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/spec/authentication/certificate/template",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/properties/template/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate.properties.template,data:data31};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
}
else {
const err121 = {instancePath:instancePath+"/spec/authentication/certificate",schemaPath:"#/properties/spec/properties/authentication/properties/certificate/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.certificate.type,parentSchema:schema13.properties.spec.properties.authentication.properties.certificate,data:data30};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
if(data28.password !== undefined && func0.call(data28, "password")){
let data48 = data28.password;
if(data48 && typeof data48 == "object" && !Array.isArray(data48)){
for(const key15 of Object.keys(data48)){
if(!((((key15 === "generate") || (key15 === "hash")) || (key15 === "secretRef")) || (key15 === "revision"))){
const err122 = {instancePath:instancePath+"/spec/authentication/password",schemaPath:"#/properties/spec/properties/authentication/properties/password/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.password,data:data48};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data48.generate !== undefined && func0.call(data48, "generate")){
let data49 = data48.generate;
if(data49 && typeof data49 == "object" && !Array.isArray(data49)){
if(Object.keys(data49).length > 0){
const err123 = {instancePath:instancePath+"/spec/authentication/password/generate",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/generate/maxProperties",keyword:"maxProperties",params:{limit: 0},schema:0,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.generate,data:data49};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
else {
const err124 = {instancePath:instancePath+"/spec/authentication/password/generate",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/generate/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.generate.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.generate,data:data49};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data48.hash !== undefined && func0.call(data48, "hash")){
let data50 = data48.hash;
if(typeof data50 === "string"){
if(func71(data50) > 128){
const err125 = {instancePath:instancePath+"/spec/authentication/password/hash",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/hash/maxLength",keyword:"maxLength",params:{limit: 128},schema:128,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.hash,data:data50};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if(func71(data50) < 1){
const err126 = {instancePath:instancePath+"/spec/authentication/password/hash",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/hash/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.hash,data:data50};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(!pattern55.test(data50)){
const err127 = {instancePath:instancePath+"/spec/authentication/password/hash",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/hash/pattern",keyword:"pattern",params:{pattern: "^\\$(6|7\\$[1-9][0-9]{0,4})\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/]{86}==$"},schema:"^\\$(6|7\\$[1-9][0-9]{0,4})\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/]{86}==$",parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.hash,data:data50};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
else {
const err128 = {instancePath:instancePath+"/spec/authentication/password/hash",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/hash/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.hash.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.hash,data:data50};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
if(data48.secretRef !== undefined && func0.call(data48, "secretRef")){
let data51 = data48.secretRef;
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
if(data51.key === undefined){
data51.key = "password";
}
if((data51.name === undefined) || (!(func0.call(data51, "name")))){
const err129 = {instancePath:instancePath+"/spec/authentication/password/secretRef",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.required,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef,data:data51};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
for(const key16 of Object.keys(data51)){
if(!((key16 === "name") || (key16 === "key"))){
const err130 = {instancePath:instancePath+"/spec/authentication/password/secretRef",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},schema:false,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef,data:data51};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data51.name !== undefined && func0.call(data51, "name")){
let data52 = data51.name;
if(typeof data52 === "string"){
if(func71(data52) > 253){
const err131 = {instancePath:instancePath+"/spec/authentication/password/secretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.name,data:data52};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(func71(data52) < 1){
const err132 = {instancePath:instancePath+"/spec/authentication/password/secretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.name,data:data52};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
if(!pattern1.test(data52)){
const err133 = {instancePath:instancePath+"/spec/authentication/password/secretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.name,data:data52};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
else {
const err134 = {instancePath:instancePath+"/spec/authentication/password/secretRef/name",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.name.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.name,data:data52};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
let data53 = data51.key;
if(typeof data53 === "string"){
if(func71(data53) > 253){
const err135 = {instancePath:instancePath+"/spec/authentication/password/secretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.key,data:data53};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
if(func71(data53) < 1){
const err136 = {instancePath:instancePath+"/spec/authentication/password/secretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.key,data:data53};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
if(!pattern14.test(data53)){
const err137 = {instancePath:instancePath+"/spec/authentication/password/secretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.key,data:data53};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
else {
const err138 = {instancePath:instancePath+"/spec/authentication/password/secretRef/key",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.key.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.properties.key,data:data53};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
else {
const err139 = {instancePath:instancePath+"/spec/authentication/password/secretRef",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/secretRef/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.secretRef,data:data51};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data48.revision !== undefined && func0.call(data48, "revision")){
let data54 = data48.revision;
if(!((typeof data54 == "number") && (!(data54 % 1) && !isNaN(data54)))){
const err140 = {instancePath:instancePath+"/spec/authentication/password/revision",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/revision/type",keyword:"type",params:{type: "integer"},schema:schema13.properties.spec.properties.authentication.properties.password.properties.revision.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.revision,data:data54};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if(typeof data54 == "number"){
if(data54 > 2147483647 || isNaN(data54)){
const err141 = {instancePath:instancePath+"/spec/authentication/password/revision",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/revision/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2147483647},schema:2147483647,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.revision,data:data54};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
if(data54 < 1 || isNaN(data54)){
const err142 = {instancePath:instancePath+"/spec/authentication/password/revision",schemaPath:"#/properties/spec/properties/authentication/properties/password/properties/revision/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.authentication.properties.password.properties.revision,data:data54};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
}
}
else {
const err143 = {instancePath:instancePath+"/spec/authentication/password",schemaPath:"#/properties/spec/properties/authentication/properties/password/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.properties.password.type,parentSchema:schema13.properties.spec.properties.authentication.properties.password,data:data48};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
}
else {
const err144 = {instancePath:instancePath+"/spec/authentication",schemaPath:"#/properties/spec/properties/authentication/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.authentication.type,parentSchema:schema13.properties.spec.properties.authentication,data:data28};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
if(data16.rules !== undefined && func0.call(data16, "rules")){
let data55 = data16.rules;
if(Array.isArray(data55)){
if(data55.length > 32){
const err145 = {instancePath:instancePath+"/spec/rules",schemaPath:"#/properties/spec/properties/rules/maxItems",keyword:"maxItems",params:{limit: 32},schema:32,parentSchema:schema13.properties.spec.properties.rules,data:data55};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
const len3 = data55.length;
for(let i4=0; i4<len3; i4++){
let data56 = data55[i4];
if(data56 && typeof data56 == "object" && !Array.isArray(data56)){
if(data56.effect === undefined){
data56.effect = "Allow";
}
if((data56.topic === undefined) || (!(func0.call(data56, "topic")))){
const err146 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/required",keyword:"required",params:{missingProperty: "topic"},schema:schema13.properties.spec.properties.rules.items.required,parentSchema:schema13.properties.spec.properties.rules.items,data:data56};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
for(const key17 of Object.keys(data56)){
if(!(((((key17 === "effect") || (key17 === "actions")) || (key17 === "topic")) || (key17 === "description")) || (key17 === "expiresAt"))){
const err147 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},schema:false,parentSchema:schema13.properties.spec.properties.rules.items,data:data56};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
let data57 = data56.effect;
if(!((data57 === "Allow") || (data57 === "Deny"))){
const err148 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.rules.items.properties.effect.enum},schema:schema13.properties.spec.properties.rules.items.properties.effect.enum,parentSchema:schema13.properties.spec.properties.rules.items.properties.effect,data:data57};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
if(typeof data57 === "string"){
if(func71(data57) > 5){
const err149 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/maxLength",keyword:"maxLength",params:{limit: 5},schema:5,parentSchema:schema13.properties.spec.properties.rules.items.properties.effect,data:data57};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
else {
const err150 = {instancePath:instancePath+"/spec/rules/" + i4+"/effect",schemaPath:"#/properties/spec/properties/rules/items/properties/effect/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.rules.items.properties.effect.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.effect,data:data57};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if(data56.actions !== undefined && func0.call(data56, "actions")){
let data58 = data56.actions;
if(Array.isArray(data58)){
if(data58.length > 2){
const err151 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/maxItems",keyword:"maxItems",params:{limit: 2},schema:2,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions,data:data58};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
if(data58.length < 1){
const err152 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/minItems",keyword:"minItems",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions,data:data58};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
const len4 = data58.length;
for(let i5=0; i5<len4; i5++){
let data59 = data58[i5];
if(!((data59 === "Publish") || (data59 === "Subscribe"))){
const err153 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.rules.items.properties.actions.items.enum},schema:schema13.properties.spec.properties.rules.items.properties.actions.items.enum,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions.items,data:data59};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
if(typeof data59 === "string"){
if(func71(data59) > 9){
const err154 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/maxLength",keyword:"maxLength",params:{limit: 9},schema:9,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions.items,data:data59};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
else {
const err155 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions/" + i5,schemaPath:"#/properties/spec/properties/rules/items/properties/actions/items/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.rules.items.properties.actions.items.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions.items,data:data59};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
let i6 = data58.length;
let j1;
if(i6 > 1){
const indices1 = {};
for(;i6--;){
let item1 = data58[i6];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err156 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/uniqueItems",keyword:"uniqueItems",params:{i: i6, j: j1},schema:true,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions,data:data58};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
break;
}
indices1[item1] = i6;
}
}
}
else {
const err157 = {instancePath:instancePath+"/spec/rules/" + i4+"/actions",schemaPath:"#/properties/spec/properties/rules/items/properties/actions/type",keyword:"type",params:{type: "array"},schema:schema13.properties.spec.properties.rules.items.properties.actions.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.actions,data:data58};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
if(data56.topic !== undefined && func0.call(data56, "topic")){
let data60 = data56.topic;
if(typeof data60 === "string"){
if(func71(data60) > 1024){
const err158 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/maxLength",keyword:"maxLength",params:{limit: 1024},schema:1024,parentSchema:schema13.properties.spec.properties.rules.items.properties.topic,data:data60};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if(func71(data60) < 1){
const err159 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.rules.items.properties.topic,data:data60};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
if(!pattern43.test(data60)){
const err160 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/pattern",keyword:"pattern",params:{pattern: "^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$"},schema:"^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$",parentSchema:schema13.properties.spec.properties.rules.items.properties.topic,data:data60};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/spec/rules/" + i4+"/topic",schemaPath:"#/properties/spec/properties/rules/items/properties/topic/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.rules.items.properties.topic.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.topic,data:data60};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
if(data56.description !== undefined && func0.call(data56, "description")){
let data61 = data56.description;
if(typeof data61 === "string"){
if(func71(data61) > 512){
const err162 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/maxLength",keyword:"maxLength",params:{limit: 512},schema:512,parentSchema:schema13.properties.spec.properties.rules.items.properties.description,data:data61};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
if(func71(data61) < 1){
const err163 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema13.properties.spec.properties.rules.items.properties.description,data:data61};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
else {
const err164 = {instancePath:instancePath+"/spec/rules/" + i4+"/description",schemaPath:"#/properties/spec/properties/rules/items/properties/description/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.rules.items.properties.description.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.description,data:data61};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
if(data56.expiresAt !== undefined && func0.call(data56, "expiresAt")){
let data62 = data56.expiresAt;
if(typeof data62 === "string"){
if(func71(data62) > 35){
const err165 = {instancePath:instancePath+"/spec/rules/" + i4+"/expiresAt",schemaPath:"#/properties/spec/properties/rules/items/properties/expiresAt/maxLength",keyword:"maxLength",params:{limit: 35},schema:35,parentSchema:schema13.properties.spec.properties.rules.items.properties.expiresAt,data:data62};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
if(!(formats0.test(data62))){
const err166 = {instancePath:instancePath+"/spec/rules/" + i4+"/expiresAt",schemaPath:"#/properties/spec/properties/rules/items/properties/expiresAt/format",keyword:"format",params:{format: "date-time"},schema:"date-time",parentSchema:schema13.properties.spec.properties.rules.items.properties.expiresAt,data:data62};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
else {
const err167 = {instancePath:instancePath+"/spec/rules/" + i4+"/expiresAt",schemaPath:"#/properties/spec/properties/rules/items/properties/expiresAt/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.rules.items.properties.expiresAt.type,parentSchema:schema13.properties.spec.properties.rules.items.properties.expiresAt,data:data62};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
}
else {
const err168 = {instancePath:instancePath+"/spec/rules/" + i4,schemaPath:"#/properties/spec/properties/rules/items/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.rules.items.type,parentSchema:schema13.properties.spec.properties.rules.items,data:data56};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
}
else {
const err169 = {instancePath:instancePath+"/spec/rules",schemaPath:"#/properties/spec/properties/rules/type",keyword:"type",params:{type: "array"},schema:schema13.properties.spec.properties.rules.type,parentSchema:schema13.properties.spec.properties.rules,data:data55};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
let data63 = data16.suspended;
if(typeof data63 !== "boolean"){
const err170 = {instancePath:instancePath+"/spec/suspended",schemaPath:"#/properties/spec/properties/suspended/type",keyword:"type",params:{type: "boolean"},schema:schema13.properties.spec.properties.suspended.type,parentSchema:schema13.properties.spec.properties.suspended,data:data63};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
if(data16.expiresAt !== undefined && func0.call(data16, "expiresAt")){
let data64 = data16.expiresAt;
if(typeof data64 === "string"){
if(func71(data64) > 35){
const err171 = {instancePath:instancePath+"/spec/expiresAt",schemaPath:"#/properties/spec/properties/expiresAt/maxLength",keyword:"maxLength",params:{limit: 35},schema:35,parentSchema:schema13.properties.spec.properties.expiresAt,data:data64};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
if(!(formats0.test(data64))){
const err172 = {instancePath:instancePath+"/spec/expiresAt",schemaPath:"#/properties/spec/properties/expiresAt/format",keyword:"format",params:{format: "date-time"},schema:"date-time",parentSchema:schema13.properties.spec.properties.expiresAt,data:data64};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
else {
const err173 = {instancePath:instancePath+"/spec/expiresAt",schemaPath:"#/properties/spec/properties/expiresAt/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.expiresAt.type,parentSchema:schema13.properties.spec.properties.expiresAt,data:data64};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data16.revoked !== undefined && func0.call(data16, "revoked")){
let data65 = data16.revoked;
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if((data65.reason === undefined) || (!(func0.call(data65, "reason")))){
const err174 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/required",keyword:"required",params:{missingProperty: "reason"},schema:schema13.properties.spec.properties.revoked.required,parentSchema:schema13.properties.spec.properties.revoked,data:data65};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
for(const key18 of Object.keys(data65)){
if(!((key18 === "reason") || (key18 === "at"))){
const err175 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},schema:false,parentSchema:schema13.properties.spec.properties.revoked,data:data65};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
if(data65.reason !== undefined && func0.call(data65, "reason")){
let data66 = data65.reason;
if(!(((((((data66 === "Unspecified") || (data66 === "KeyCompromise")) || (data66 === "CaCompromise")) || (data66 === "AffiliationChanged")) || (data66 === "Superseded")) || (data66 === "CessationOfOperation")) || (data66 === "PrivilegeWithdrawn"))){
const err176 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/enum",keyword:"enum",params:{allowedValues: schema13.properties.spec.properties.revoked.properties.reason.enum},schema:schema13.properties.spec.properties.revoked.properties.reason.enum,parentSchema:schema13.properties.spec.properties.revoked.properties.reason,data:data66};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
if(typeof data66 === "string"){
if(func71(data66) > 20){
const err177 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/maxLength",keyword:"maxLength",params:{limit: 20},schema:20,parentSchema:schema13.properties.spec.properties.revoked.properties.reason,data:data66};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
}
else {
const err178 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.revoked.properties.reason.type,parentSchema:schema13.properties.spec.properties.revoked.properties.reason,data:data66};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
if(data65.at !== undefined && func0.call(data65, "at")){
let data67 = data65.at;
if(typeof data67 === "string"){
if(func71(data67) > 35){
const err179 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/maxLength",keyword:"maxLength",params:{limit: 35},schema:35,parentSchema:schema13.properties.spec.properties.revoked.properties.at,data:data67};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if(!(formats0.test(data67))){
const err180 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/format",keyword:"format",params:{format: "date-time"},schema:"date-time",parentSchema:schema13.properties.spec.properties.revoked.properties.at,data:data67};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
else {
const err181 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/type",keyword:"type",params:{type: "string"},schema:schema13.properties.spec.properties.revoked.properties.at.type,parentSchema:schema13.properties.spec.properties.revoked.properties.at,data:data67};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
}
else {
const err182 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.properties.revoked.type,parentSchema:schema13.properties.spec.properties.revoked,data:data65};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
}
else {
const err183 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},schema:schema13.properties.spec.type,parentSchema:schema13.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
if(data.status !== undefined && func0.call(data, "status")){
let data68 = data.status;
if(!(data68 && typeof data68 == "object" && !Array.isArray(data68))){
const err184 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},schema:schema13.properties.status.type,parentSchema:schema13.properties.status,data:data68};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
else {
const err185 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},schema:schema13.type,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
validate12.errors = vErrors;
return errors === 0;
}

export const DeviceCertificate = validate13;
const schema14 = {"$id":"DeviceCertificate","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"mqttsecurity.io/v1alpha1"},"kind":{"const":"DeviceCertificate"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"generation":{"type":"integer"},"resourceVersion":{"type":"string"},"creationTimestamp":{"type":["string","null"]},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}}}},"spec":{"type":"object","required":["deviceRef"],"properties":{"deviceRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"duration":{"type":"string","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"renewBefore":{"type":"string","pattern":"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$","minLength":2,"maxLength":27},"privateKey":{"type":"object","properties":{"algorithm":{"type":"string","enum":["ECDSA","RSA","Ed25519"],"default":"ECDSA","maxLength":7},"size":{"type":"integer","minimum":256,"maximum":4096},"rotationPolicy":{"type":"string","enum":["Always","Never"],"default":"Always","maxLength":6}},"additionalProperties":false},"csr":{"type":"string","pattern":"^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$","minLength":1,"maxLength":8192},"secretName":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"previousCertificate":{"type":"object","properties":{"revokeAfterSeconds":{"type":"integer","minimum":0,"maximum":31536000}},"additionalProperties":false},"keystores":{"type":"object","properties":{"pkcs12":{"type":"object","required":["passwordSecretRef"],"properties":{"passwordSecretRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253},"key":{"type":"string","default":"password","pattern":"^[-._a-zA-Z0-9]+$","minLength":1,"maxLength":253}},"additionalProperties":false},"profile":{"type":"string","enum":["Modern2023","LegacyDES"],"default":"Modern2023","maxLength":10}},"additionalProperties":false}},"additionalProperties":false},"revoked":{"type":"object","required":["reason"],"properties":{"reason":{"type":"string","enum":["Unspecified","KeyCompromise","CaCompromise","AffiliationChanged","Superseded","CessationOfOperation","PrivilegeWithdrawn"],"maxLength":20},"at":{"type":"string","maxLength":35,"format":"date-time"}},"additionalProperties":false}},"additionalProperties":false},"status":{"type":"object"}},"additionalProperties":false};

function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="DeviceCertificate" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.apiVersion === undefined) || (!(func0.call(data, "apiVersion")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},schema:schema14.required,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if((data.kind === undefined) || (!(func0.call(data, "kind")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},schema:schema14.required,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((data.metadata === undefined) || (!(func0.call(data, "metadata")))){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},schema:schema14.required,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((data.spec === undefined) || (!(func0.call(data, "spec")))){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},schema:schema14.required,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec")) || (key0 === "status"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},schema:false,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined && func0.call(data, "apiVersion")){
let data0 = data.apiVersion;
if("mqttsecurity.io/v1alpha1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "mqttsecurity.io/v1alpha1"},schema:"mqttsecurity.io/v1alpha1",parentSchema:schema14.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined && func0.call(data, "kind")){
let data1 = data.kind;
if("DeviceCertificate" !== data1){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "DeviceCertificate"},schema:"DeviceCertificate",parentSchema:schema14.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.metadata !== undefined && func0.call(data, "metadata")){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if((data2.name === undefined) || (!(func0.call(data2, "name")))){
const err7 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},schema:schema14.properties.metadata.required,parentSchema:schema14.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.name !== undefined && func0.call(data2, "name")){
let data3 = data2.name;
if(typeof data3 !== "string"){
const err8 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.name.type,parentSchema:schema14.properties.metadata.properties.name,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.namespace !== undefined && func0.call(data2, "namespace")){
let data4 = data2.namespace;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.namespace.type,parentSchema:schema14.properties.metadata.properties.namespace,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.uid !== undefined && func0.call(data2, "uid")){
let data5 = data2.uid;
if(typeof data5 !== "string"){
const err10 = {instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.uid.type,parentSchema:schema14.properties.metadata.properties.uid,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.generation !== undefined && func0.call(data2, "generation")){
let data6 = data2.generation;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
const err11 = {instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},schema:schema14.properties.metadata.properties.generation.type,parentSchema:schema14.properties.metadata.properties.generation,data:data6};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.resourceVersion !== undefined && func0.call(data2, "resourceVersion")){
let data7 = data2.resourceVersion;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.resourceVersion.type,parentSchema:schema14.properties.metadata.properties.resourceVersion,data:data7};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.creationTimestamp !== undefined && func0.call(data2, "creationTimestamp")){
let data8 = data2.creationTimestamp;
if((typeof data8 !== "string") && (data8 !== null)){
const err13 = {instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: schema14.properties.metadata.properties.creationTimestamp.type},schema:schema14.properties.metadata.properties.creationTimestamp.type,parentSchema:schema14.properties.metadata.properties.creationTimestamp,data:data8};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.deletionTimestamp !== undefined && func0.call(data2, "deletionTimestamp")){
let data9 = data2.deletionTimestamp;
if(typeof data9 !== "string"){
const err14 = {instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.deletionTimestamp.type,parentSchema:schema14.properties.metadata.properties.deletionTimestamp,data:data9};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.finalizers !== undefined && func0.call(data2, "finalizers")){
let data10 = data2.finalizers;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.finalizers.items.type,parentSchema:schema14.properties.metadata.properties.finalizers.items,data:data11};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},schema:schema14.properties.metadata.properties.finalizers.type,parentSchema:schema14.properties.metadata.properties.finalizers,data:data10};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined && func0.call(data2, "labels")){
let data12 = data2.labels;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
let data13 = data12[key1];
if(typeof data13 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema14.properties.metadata.properties.labels.additionalProperties,data:data13};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},schema:schema14.properties.metadata.properties.labels.type,parentSchema:schema14.properties.metadata.properties.labels,data:data12};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined && func0.call(data2, "annotations")){
let data14 = data2.annotations;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key2 of Object.keys(data14)){
let data15 = data14[key2];
if(typeof data15 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema14.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema14.properties.metadata.properties.annotations.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},schema:schema14.properties.metadata.properties.annotations.type,parentSchema:schema14.properties.metadata.properties.annotations,data:data14};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},schema:schema14.properties.metadata.type,parentSchema:schema14.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined && func0.call(data, "spec")){
let data16 = data.spec;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if((data16.deviceRef === undefined) || (!(func0.call(data16, "deviceRef")))){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "deviceRef"},schema:schema14.properties.spec.required,parentSchema:schema14.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key3 of Object.keys(data16)){
if(!(func0.call(schema14.properties.spec.properties, key3))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},schema:false,parentSchema:schema14.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data16.deviceRef !== undefined && func0.call(data16, "deviceRef")){
let data17 = data16.deviceRef;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if((data17.name === undefined) || (!(func0.call(data17, "name")))){
const err24 = {instancePath:instancePath+"/spec/deviceRef",schemaPath:"#/properties/spec/properties/deviceRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema14.properties.spec.properties.deviceRef.required,parentSchema:schema14.properties.spec.properties.deviceRef,data:data17};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key4 of Object.keys(data17)){
if(!(key4 === "name")){
const err25 = {instancePath:instancePath+"/spec/deviceRef",schemaPath:"#/properties/spec/properties/deviceRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},schema:false,parentSchema:schema14.properties.spec.properties.deviceRef,data:data17};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data17.name !== undefined && func0.call(data17, "name")){
let data18 = data17.name;
if(typeof data18 === "string"){
if(func71(data18) > 253){
const err26 = {instancePath:instancePath+"/spec/deviceRef/name",schemaPath:"#/properties/spec/properties/deviceRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema14.properties.spec.properties.deviceRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(func71(data18) < 1){
const err27 = {instancePath:instancePath+"/spec/deviceRef/name",schemaPath:"#/properties/spec/properties/deviceRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema14.properties.spec.properties.deviceRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(!pattern1.test(data18)){
const err28 = {instancePath:instancePath+"/spec/deviceRef/name",schemaPath:"#/properties/spec/properties/deviceRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema14.properties.spec.properties.deviceRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/spec/deviceRef/name",schemaPath:"#/properties/spec/properties/deviceRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.deviceRef.properties.name.type,parentSchema:schema14.properties.spec.properties.deviceRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/spec/deviceRef",schemaPath:"#/properties/spec/properties/deviceRef/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.deviceRef.type,parentSchema:schema14.properties.spec.properties.deviceRef,data:data17};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data16.duration !== undefined && func0.call(data16, "duration")){
let data19 = data16.duration;
if(typeof data19 === "string"){
if(func71(data19) > 27){
const err31 = {instancePath:instancePath+"/spec/duration",schemaPath:"#/properties/spec/properties/duration/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema14.properties.spec.properties.duration,data:data19};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func71(data19) < 2){
const err32 = {instancePath:instancePath+"/spec/duration",schemaPath:"#/properties/spec/properties/duration/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema14.properties.spec.properties.duration,data:data19};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!pattern10.test(data19)){
const err33 = {instancePath:instancePath+"/spec/duration",schemaPath:"#/properties/spec/properties/duration/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema14.properties.spec.properties.duration,data:data19};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/duration",schemaPath:"#/properties/spec/properties/duration/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.duration.type,parentSchema:schema14.properties.spec.properties.duration,data:data19};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data16.renewBefore !== undefined && func0.call(data16, "renewBefore")){
let data20 = data16.renewBefore;
if(typeof data20 === "string"){
if(func71(data20) > 27){
const err35 = {instancePath:instancePath+"/spec/renewBefore",schemaPath:"#/properties/spec/properties/renewBefore/maxLength",keyword:"maxLength",params:{limit: 27},schema:27,parentSchema:schema14.properties.spec.properties.renewBefore,data:data20};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(func71(data20) < 2){
const err36 = {instancePath:instancePath+"/spec/renewBefore",schemaPath:"#/properties/spec/properties/renewBefore/minLength",keyword:"minLength",params:{limit: 2},schema:2,parentSchema:schema14.properties.spec.properties.renewBefore,data:data20};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!pattern10.test(data20)){
const err37 = {instancePath:instancePath+"/spec/renewBefore",schemaPath:"#/properties/spec/properties/renewBefore/pattern",keyword:"pattern",params:{pattern: "^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$"},schema:"^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$",parentSchema:schema14.properties.spec.properties.renewBefore,data:data20};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/spec/renewBefore",schemaPath:"#/properties/spec/properties/renewBefore/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.renewBefore.type,parentSchema:schema14.properties.spec.properties.renewBefore,data:data20};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data16.privateKey !== undefined && func0.call(data16, "privateKey")){
let data21 = data16.privateKey;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.algorithm === undefined){
data21.algorithm = "ECDSA";
}
if(data21.rotationPolicy === undefined){
data21.rotationPolicy = "Always";
}
for(const key5 of Object.keys(data21)){
if(!(((key5 === "algorithm") || (key5 === "size")) || (key5 === "rotationPolicy"))){
const err39 = {instancePath:instancePath+"/spec/privateKey",schemaPath:"#/properties/spec/properties/privateKey/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},schema:false,parentSchema:schema14.properties.spec.properties.privateKey,data:data21};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
let data22 = data21.algorithm;
if(!(((data22 === "ECDSA") || (data22 === "RSA")) || (data22 === "Ed25519"))){
const err40 = {instancePath:instancePath+"/spec/privateKey/algorithm",schemaPath:"#/properties/spec/properties/privateKey/properties/algorithm/enum",keyword:"enum",params:{allowedValues: schema14.properties.spec.properties.privateKey.properties.algorithm.enum},schema:schema14.properties.spec.properties.privateKey.properties.algorithm.enum,parentSchema:schema14.properties.spec.properties.privateKey.properties.algorithm,data:data22};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(typeof data22 === "string"){
if(func71(data22) > 7){
const err41 = {instancePath:instancePath+"/spec/privateKey/algorithm",schemaPath:"#/properties/spec/properties/privateKey/properties/algorithm/maxLength",keyword:"maxLength",params:{limit: 7},schema:7,parentSchema:schema14.properties.spec.properties.privateKey.properties.algorithm,data:data22};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/spec/privateKey/algorithm",schemaPath:"#/properties/spec/properties/privateKey/properties/algorithm/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.privateKey.properties.algorithm.type,parentSchema:schema14.properties.spec.properties.privateKey.properties.algorithm,data:data22};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data21.size !== undefined && func0.call(data21, "size")){
let data23 = data21.size;
if(!((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23)))){
const err43 = {instancePath:instancePath+"/spec/privateKey/size",schemaPath:"#/properties/spec/properties/privateKey/properties/size/type",keyword:"type",params:{type: "integer"},schema:schema14.properties.spec.properties.privateKey.properties.size.type,parentSchema:schema14.properties.spec.properties.privateKey.properties.size,data:data23};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(typeof data23 == "number"){
if(data23 > 4096 || isNaN(data23)){
const err44 = {instancePath:instancePath+"/spec/privateKey/size",schemaPath:"#/properties/spec/properties/privateKey/properties/size/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4096},schema:4096,parentSchema:schema14.properties.spec.properties.privateKey.properties.size,data:data23};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data23 < 256 || isNaN(data23)){
const err45 = {instancePath:instancePath+"/spec/privateKey/size",schemaPath:"#/properties/spec/properties/privateKey/properties/size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 256},schema:256,parentSchema:schema14.properties.spec.properties.privateKey.properties.size,data:data23};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
let data24 = data21.rotationPolicy;
if(!((data24 === "Always") || (data24 === "Never"))){
const err46 = {instancePath:instancePath+"/spec/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/privateKey/properties/rotationPolicy/enum",keyword:"enum",params:{allowedValues: schema14.properties.spec.properties.privateKey.properties.rotationPolicy.enum},schema:schema14.properties.spec.properties.privateKey.properties.rotationPolicy.enum,parentSchema:schema14.properties.spec.properties.privateKey.properties.rotationPolicy,data:data24};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(typeof data24 === "string"){
if(func71(data24) > 6){
const err47 = {instancePath:instancePath+"/spec/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/privateKey/properties/rotationPolicy/maxLength",keyword:"maxLength",params:{limit: 6},schema:6,parentSchema:schema14.properties.spec.properties.privateKey.properties.rotationPolicy,data:data24};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
else {
const err48 = {instancePath:instancePath+"/spec/privateKey/rotationPolicy",schemaPath:"#/properties/spec/properties/privateKey/properties/rotationPolicy/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.privateKey.properties.rotationPolicy.type,parentSchema:schema14.properties.spec.properties.privateKey.properties.rotationPolicy,data:data24};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath:instancePath+"/spec/privateKey",schemaPath:"#/properties/spec/properties/privateKey/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.privateKey.type,parentSchema:schema14.properties.spec.properties.privateKey,data:data21};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data16.csr !== undefined && func0.call(data16, "csr")){
let data25 = data16.csr;
if(typeof data25 === "string"){
if(func71(data25) > 8192){
const err50 = {instancePath:instancePath+"/spec/csr",schemaPath:"#/properties/spec/properties/csr/maxLength",keyword:"maxLength",params:{limit: 8192},schema:8192,parentSchema:schema14.properties.spec.properties.csr,data:data25};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func71(data25) < 1){
const err51 = {instancePath:instancePath+"/spec/csr",schemaPath:"#/properties/spec/properties/csr/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema14.properties.spec.properties.csr,data:data25};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(!pattern51.test(data25)){
const err52 = {instancePath:instancePath+"/spec/csr",schemaPath:"#/properties/spec/properties/csr/pattern",keyword:"pattern",params:{pattern: "^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$"},schema:"^-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\r?\\n[A-Za-z0-9+/=\\r\\n]+-----END (NEW )?CERTIFICATE REQUEST-----[\\r\\n]*$",parentSchema:schema14.properties.spec.properties.csr,data:data25};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/spec/csr",schemaPath:"#/properties/spec/properties/csr/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.csr.type,parentSchema:schema14.properties.spec.properties.csr,data:data25};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data16.secretName !== undefined && func0.call(data16, "secretName")){
let data26 = data16.secretName;
if(typeof data26 === "string"){
if(func71(data26) > 253){
const err54 = {instancePath:instancePath+"/spec/secretName",schemaPath:"#/properties/spec/properties/secretName/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema14.properties.spec.properties.secretName,data:data26};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(func71(data26) < 1){
const err55 = {instancePath:instancePath+"/spec/secretName",schemaPath:"#/properties/spec/properties/secretName/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema14.properties.spec.properties.secretName,data:data26};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(!pattern1.test(data26)){
const err56 = {instancePath:instancePath+"/spec/secretName",schemaPath:"#/properties/spec/properties/secretName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema14.properties.spec.properties.secretName,data:data26};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
else {
const err57 = {instancePath:instancePath+"/spec/secretName",schemaPath:"#/properties/spec/properties/secretName/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.secretName.type,parentSchema:schema14.properties.spec.properties.secretName,data:data26};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data16.previousCertificate !== undefined && func0.call(data16, "previousCertificate")){
let data27 = data16.previousCertificate;
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
for(const key6 of Object.keys(data27)){
if(!(key6 === "revokeAfterSeconds")){
const err58 = {instancePath:instancePath+"/spec/previousCertificate",schemaPath:"#/properties/spec/properties/previousCertificate/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},schema:false,parentSchema:schema14.properties.spec.properties.previousCertificate,data:data27};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data27.revokeAfterSeconds !== undefined && func0.call(data27, "revokeAfterSeconds")){
let data28 = data27.revokeAfterSeconds;
if(!((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28)))){
const err59 = {instancePath:instancePath+"/spec/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/previousCertificate/properties/revokeAfterSeconds/type",keyword:"type",params:{type: "integer"},schema:schema14.properties.spec.properties.previousCertificate.properties.revokeAfterSeconds.type,parentSchema:schema14.properties.spec.properties.previousCertificate.properties.revokeAfterSeconds,data:data28};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(typeof data28 == "number"){
if(data28 > 31536000 || isNaN(data28)){
const err60 = {instancePath:instancePath+"/spec/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/previousCertificate/properties/revokeAfterSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000},schema:31536000,parentSchema:schema14.properties.spec.properties.previousCertificate.properties.revokeAfterSeconds,data:data28};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(data28 < 0 || isNaN(data28)){
const err61 = {instancePath:instancePath+"/spec/previousCertificate/revokeAfterSeconds",schemaPath:"#/properties/spec/properties/previousCertificate/properties/revokeAfterSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},schema:0,parentSchema:schema14.properties.spec.properties.previousCertificate.properties.revokeAfterSeconds,data:data28};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
}
else {
const err62 = {instancePath:instancePath+"/spec/previousCertificate",schemaPath:"#/properties/spec/properties/previousCertificate/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.previousCertificate.type,parentSchema:schema14.properties.spec.properties.previousCertificate,data:data27};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data16.keystores !== undefined && func0.call(data16, "keystores")){
let data29 = data16.keystores;
if(data29 && typeof data29 == "object" && !Array.isArray(data29)){
for(const key7 of Object.keys(data29)){
if(!(key7 === "pkcs12")){
const err63 = {instancePath:instancePath+"/spec/keystores",schemaPath:"#/properties/spec/properties/keystores/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},schema:false,parentSchema:schema14.properties.spec.properties.keystores,data:data29};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data29.pkcs12 !== undefined && func0.call(data29, "pkcs12")){
let data30 = data29.pkcs12;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
if(data30.profile === undefined){
data30.profile = "Modern2023";
}
if((data30.passwordSecretRef === undefined) || (!(func0.call(data30, "passwordSecretRef")))){
const err64 = {instancePath:instancePath+"/spec/keystores/pkcs12",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/required",keyword:"required",params:{missingProperty: "passwordSecretRef"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.required,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12,data:data30};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
for(const key8 of Object.keys(data30)){
if(!((key8 === "passwordSecretRef") || (key8 === "profile"))){
const err65 = {instancePath:instancePath+"/spec/keystores/pkcs12",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},schema:false,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12,data:data30};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data30.passwordSecretRef !== undefined && func0.call(data30, "passwordSecretRef")){
let data31 = data30.passwordSecretRef;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.key === undefined){
data31.key = "password";
}
if((data31.name === undefined) || (!(func0.call(data31, "name")))){
const err66 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.required,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data31};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
for(const key9 of Object.keys(data31)){
if(!((key9 === "name") || (key9 === "key"))){
const err67 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},schema:false,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data31};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data31.name !== undefined && func0.call(data31, "name")){
let data32 = data31.name;
if(typeof data32 === "string"){
if(func71(data32) > 253){
const err68 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(func71(data32) < 1){
const err69 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(!pattern1.test(data32)){
const err70 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/name",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name.type,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.name,data:data32};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
let data33 = data31.key;
if(typeof data33 === "string"){
if(func71(data33) > 253){
const err72 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data33};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(func71(data33) < 1){
const err73 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data33};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(!pattern14.test(data33)){
const err74 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/pattern",keyword:"pattern",params:{pattern: "^[-._a-zA-Z0-9]+$"},schema:"^[-._a-zA-Z0-9]+$",parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data33};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
else {
const err75 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef/key",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/properties/key/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key.type,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.properties.key,data:data33};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/spec/keystores/pkcs12/passwordSecretRef",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/passwordSecretRef/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef.type,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.passwordSecretRef,data:data31};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
let data34 = data30.profile;
if(!((data34 === "Modern2023") || (data34 === "LegacyDES"))){
const err77 = {instancePath:instancePath+"/spec/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/profile/enum",keyword:"enum",params:{allowedValues: schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile.enum},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile.enum,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile,data:data34};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(typeof data34 === "string"){
if(func71(data34) > 10){
const err78 = {instancePath:instancePath+"/spec/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/profile/maxLength",keyword:"maxLength",params:{limit: 10},schema:10,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile,data:data34};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/spec/keystores/pkcs12/profile",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/properties/profile/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile.type,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12.properties.profile,data:data34};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/spec/keystores/pkcs12",schemaPath:"#/properties/spec/properties/keystores/properties/pkcs12/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.keystores.properties.pkcs12.type,parentSchema:schema14.properties.spec.properties.keystores.properties.pkcs12,data:data30};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/spec/keystores",schemaPath:"#/properties/spec/properties/keystores/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.keystores.type,parentSchema:schema14.properties.spec.properties.keystores,data:data29};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data16.revoked !== undefined && func0.call(data16, "revoked")){
let data35 = data16.revoked;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if((data35.reason === undefined) || (!(func0.call(data35, "reason")))){
const err82 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/required",keyword:"required",params:{missingProperty: "reason"},schema:schema14.properties.spec.properties.revoked.required,parentSchema:schema14.properties.spec.properties.revoked,data:data35};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
for(const key10 of Object.keys(data35)){
if(!((key10 === "reason") || (key10 === "at"))){
const err83 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},schema:false,parentSchema:schema14.properties.spec.properties.revoked,data:data35};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data35.reason !== undefined && func0.call(data35, "reason")){
let data36 = data35.reason;
if(!(((((((data36 === "Unspecified") || (data36 === "KeyCompromise")) || (data36 === "CaCompromise")) || (data36 === "AffiliationChanged")) || (data36 === "Superseded")) || (data36 === "CessationOfOperation")) || (data36 === "PrivilegeWithdrawn"))){
const err84 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/enum",keyword:"enum",params:{allowedValues: schema14.properties.spec.properties.revoked.properties.reason.enum},schema:schema14.properties.spec.properties.revoked.properties.reason.enum,parentSchema:schema14.properties.spec.properties.revoked.properties.reason,data:data36};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(typeof data36 === "string"){
if(func71(data36) > 20){
const err85 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/maxLength",keyword:"maxLength",params:{limit: 20},schema:20,parentSchema:schema14.properties.spec.properties.revoked.properties.reason,data:data36};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
else {
const err86 = {instancePath:instancePath+"/spec/revoked/reason",schemaPath:"#/properties/spec/properties/revoked/properties/reason/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.revoked.properties.reason.type,parentSchema:schema14.properties.spec.properties.revoked.properties.reason,data:data36};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data35.at !== undefined && func0.call(data35, "at")){
let data37 = data35.at;
if(typeof data37 === "string"){
if(func71(data37) > 35){
const err87 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/maxLength",keyword:"maxLength",params:{limit: 35},schema:35,parentSchema:schema14.properties.spec.properties.revoked.properties.at,data:data37};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(!(formats0.test(data37))){
const err88 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/format",keyword:"format",params:{format: "date-time"},schema:"date-time",parentSchema:schema14.properties.spec.properties.revoked.properties.at,data:data37};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
else {
const err89 = {instancePath:instancePath+"/spec/revoked/at",schemaPath:"#/properties/spec/properties/revoked/properties/at/type",keyword:"type",params:{type: "string"},schema:schema14.properties.spec.properties.revoked.properties.at.type,parentSchema:schema14.properties.spec.properties.revoked.properties.at,data:data37};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
}
else {
const err90 = {instancePath:instancePath+"/spec/revoked",schemaPath:"#/properties/spec/properties/revoked/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.properties.revoked.type,parentSchema:schema14.properties.spec.properties.revoked,data:data35};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
else {
const err91 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},schema:schema14.properties.spec.type,parentSchema:schema14.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data.status !== undefined && func0.call(data, "status")){
let data38 = data.status;
if(!(data38 && typeof data38 == "object" && !Array.isArray(data38))){
const err92 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},schema:schema14.properties.status.type,parentSchema:schema14.properties.status,data:data38};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
else {
const err93 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},schema:schema14.type,parentSchema:schema14,data};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}

export const BrokerInstance = validate14;
const schema15 = {"$id":"BrokerInstance","type":"object","required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"mqttsecurity.io/v1alpha1"},"kind":{"const":"BrokerInstance"},"metadata":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"namespace":{"type":"string"},"uid":{"type":"string"},"generation":{"type":"integer"},"resourceVersion":{"type":"string"},"creationTimestamp":{"type":["string","null"]},"deletionTimestamp":{"type":"string"},"finalizers":{"type":"array","items":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"annotations":{"type":"object","additionalProperties":{"type":"string"}}}},"spec":{"type":"object","required":["brokerRef"],"properties":{"brokerRef":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$","minLength":1,"maxLength":253}},"additionalProperties":false},"podUid":{"type":"string","pattern":"^[-A-Za-z0-9]+$","minLength":1,"maxLength":64}},"additionalProperties":false},"status":{"type":"object"}},"additionalProperties":false};
const pattern67 = new RegExp("^[-A-Za-z0-9]+$", "u");

function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="BrokerInstance" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if((data.apiVersion === undefined) || (!(func0.call(data, "apiVersion")))){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},schema:schema15.required,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if((data.kind === undefined) || (!(func0.call(data, "kind")))){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},schema:schema15.required,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((data.metadata === undefined) || (!(func0.call(data, "metadata")))){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},schema:schema15.required,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if((data.spec === undefined) || (!(func0.call(data, "spec")))){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},schema:schema15.required,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 of Object.keys(data)){
if(!(((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec")) || (key0 === "status"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},schema:false,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined && func0.call(data, "apiVersion")){
let data0 = data.apiVersion;
if("mqttsecurity.io/v1alpha1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "mqttsecurity.io/v1alpha1"},schema:"mqttsecurity.io/v1alpha1",parentSchema:schema15.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined && func0.call(data, "kind")){
let data1 = data.kind;
if("BrokerInstance" !== data1){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "BrokerInstance"},schema:"BrokerInstance",parentSchema:schema15.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.metadata !== undefined && func0.call(data, "metadata")){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if((data2.name === undefined) || (!(func0.call(data2, "name")))){
const err7 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},schema:schema15.properties.metadata.required,parentSchema:schema15.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.name !== undefined && func0.call(data2, "name")){
let data3 = data2.name;
if(typeof data3 !== "string"){
const err8 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/properties/metadata/properties/name/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.name.type,parentSchema:schema15.properties.metadata.properties.name,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data2.namespace !== undefined && func0.call(data2, "namespace")){
let data4 = data2.namespace;
if(typeof data4 !== "string"){
const err9 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/properties/metadata/properties/namespace/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.namespace.type,parentSchema:schema15.properties.metadata.properties.namespace,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.uid !== undefined && func0.call(data2, "uid")){
let data5 = data2.uid;
if(typeof data5 !== "string"){
const err10 = {instancePath:instancePath+"/metadata/uid",schemaPath:"#/properties/metadata/properties/uid/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.uid.type,parentSchema:schema15.properties.metadata.properties.uid,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.generation !== undefined && func0.call(data2, "generation")){
let data6 = data2.generation;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
const err11 = {instancePath:instancePath+"/metadata/generation",schemaPath:"#/properties/metadata/properties/generation/type",keyword:"type",params:{type: "integer"},schema:schema15.properties.metadata.properties.generation.type,parentSchema:schema15.properties.metadata.properties.generation,data:data6};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data2.resourceVersion !== undefined && func0.call(data2, "resourceVersion")){
let data7 = data2.resourceVersion;
if(typeof data7 !== "string"){
const err12 = {instancePath:instancePath+"/metadata/resourceVersion",schemaPath:"#/properties/metadata/properties/resourceVersion/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.resourceVersion.type,parentSchema:schema15.properties.metadata.properties.resourceVersion,data:data7};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.creationTimestamp !== undefined && func0.call(data2, "creationTimestamp")){
let data8 = data2.creationTimestamp;
if((typeof data8 !== "string") && (data8 !== null)){
const err13 = {instancePath:instancePath+"/metadata/creationTimestamp",schemaPath:"#/properties/metadata/properties/creationTimestamp/type",keyword:"type",params:{type: schema15.properties.metadata.properties.creationTimestamp.type},schema:schema15.properties.metadata.properties.creationTimestamp.type,parentSchema:schema15.properties.metadata.properties.creationTimestamp,data:data8};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.deletionTimestamp !== undefined && func0.call(data2, "deletionTimestamp")){
let data9 = data2.deletionTimestamp;
if(typeof data9 !== "string"){
const err14 = {instancePath:instancePath+"/metadata/deletionTimestamp",schemaPath:"#/properties/metadata/properties/deletionTimestamp/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.deletionTimestamp.type,parentSchema:schema15.properties.metadata.properties.deletionTimestamp,data:data9};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.finalizers !== undefined && func0.call(data2, "finalizers")){
let data10 = data2.finalizers;
if(Array.isArray(data10)){
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
let data11 = data10[i0];
if(typeof data11 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/finalizers/" + i0,schemaPath:"#/properties/metadata/properties/finalizers/items/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.finalizers.items.type,parentSchema:schema15.properties.metadata.properties.finalizers.items,data:data11};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/finalizers",schemaPath:"#/properties/metadata/properties/finalizers/type",keyword:"type",params:{type: "array"},schema:schema15.properties.metadata.properties.finalizers.type,parentSchema:schema15.properties.metadata.properties.finalizers,data:data10};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined && func0.call(data2, "labels")){
let data12 = data2.labels;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 of Object.keys(data12)){
let data13 = data12[key1];
if(typeof data13 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema15.properties.metadata.properties.labels.additionalProperties,data:data13};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},schema:schema15.properties.metadata.properties.labels.type,parentSchema:schema15.properties.metadata.properties.labels,data:data12};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined && func0.call(data2, "annotations")){
let data14 = data2.annotations;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key2 of Object.keys(data14)){
let data15 = data14[key2];
if(typeof data15 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},schema:schema15.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema15.properties.metadata.properties.annotations.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},schema:schema15.properties.metadata.properties.annotations.type,parentSchema:schema15.properties.metadata.properties.annotations,data:data14};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},schema:schema15.properties.metadata.type,parentSchema:schema15.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined && func0.call(data, "spec")){
let data16 = data.spec;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if((data16.brokerRef === undefined) || (!(func0.call(data16, "brokerRef")))){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "brokerRef"},schema:schema15.properties.spec.required,parentSchema:schema15.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key3 of Object.keys(data16)){
if(!((key3 === "brokerRef") || (key3 === "podUid"))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},schema:false,parentSchema:schema15.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data16.brokerRef !== undefined && func0.call(data16, "brokerRef")){
let data17 = data16.brokerRef;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if((data17.name === undefined) || (!(func0.call(data17, "name")))){
const err24 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/required",keyword:"required",params:{missingProperty: "name"},schema:schema15.properties.spec.properties.brokerRef.required,parentSchema:schema15.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
for(const key4 of Object.keys(data17)){
if(!(key4 === "name")){
const err25 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},schema:false,parentSchema:schema15.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data17.name !== undefined && func0.call(data17, "name")){
let data18 = data17.name;
if(typeof data18 === "string"){
if(func71(data18) > 253){
const err26 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/maxLength",keyword:"maxLength",params:{limit: 253},schema:253,parentSchema:schema15.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(func71(data18) < 1){
const err27 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema15.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(!pattern1.test(data18)){
const err28 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},schema:"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",parentSchema:schema15.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/spec/brokerRef/name",schemaPath:"#/properties/spec/properties/brokerRef/properties/name/type",keyword:"type",params:{type: "string"},schema:schema15.properties.spec.properties.brokerRef.properties.name.type,parentSchema:schema15.properties.spec.properties.brokerRef.properties.name,data:data18};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/spec/brokerRef",schemaPath:"#/properties/spec/properties/brokerRef/type",keyword:"type",params:{type: "object"},schema:schema15.properties.spec.properties.brokerRef.type,parentSchema:schema15.properties.spec.properties.brokerRef,data:data17};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data16.podUid !== undefined && func0.call(data16, "podUid")){
let data19 = data16.podUid;
if(typeof data19 === "string"){
if(func71(data19) > 64){
const err31 = {instancePath:instancePath+"/spec/podUid",schemaPath:"#/properties/spec/properties/podUid/maxLength",keyword:"maxLength",params:{limit: 64},schema:64,parentSchema:schema15.properties.spec.properties.podUid,data:data19};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func71(data19) < 1){
const err32 = {instancePath:instancePath+"/spec/podUid",schemaPath:"#/properties/spec/properties/podUid/minLength",keyword:"minLength",params:{limit: 1},schema:1,parentSchema:schema15.properties.spec.properties.podUid,data:data19};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!pattern67.test(data19)){
const err33 = {instancePath:instancePath+"/spec/podUid",schemaPath:"#/properties/spec/properties/podUid/pattern",keyword:"pattern",params:{pattern: "^[-A-Za-z0-9]+$"},schema:"^[-A-Za-z0-9]+$",parentSchema:schema15.properties.spec.properties.podUid,data:data19};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/podUid",schemaPath:"#/properties/spec/properties/podUid/type",keyword:"type",params:{type: "string"},schema:schema15.properties.spec.properties.podUid.type,parentSchema:schema15.properties.spec.properties.podUid,data:data19};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},schema:schema15.properties.spec.type,parentSchema:schema15.properties.spec,data:data16};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data.status !== undefined && func0.call(data, "status")){
let data20 = data.status;
if(!(data20 && typeof data20 == "object" && !Array.isArray(data20))){
const err36 = {instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "object"},schema:schema15.properties.status.type,parentSchema:schema15.properties.status,data:data20};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},schema:schema15.type,parentSchema:schema15,data};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
validate14.errors = vErrors;
return errors === 0;
}

export const validators = { MqttBroker, AclTemplate, MqttDevice, DeviceCertificate, BrokerInstance };
