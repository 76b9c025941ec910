/** Record lines that a sink is tempted to change: each is valid JSON on one line and must come back byte for byte. */
export const HOSTILE_LINES: Readonly<Record<string, readonly string[]>> = {
  "texts beyond ASCII": [
    '{"Id":"n1","UserId":"Zoë.Großmann@contoso.example","ReportName":"Übersicht 東京 🗄️ 👩‍👩‍👧"}',
    '{"Id":"n2","ReportName":"e\u0301 and é are two texts","WorkSpaceName":"\u202eright to left\u202c"}',
    '{"Id":"n3","ReportName":"\u2028 line \u2029 paragraph \u0085 next \ufeff mark \u00a0 space \u007f delete"}',
  ],
  "escapes as the source wrote them": [
    String.raw`{"Id":"e1","ReportName":"\u00e9 \u0041 \/ \b\f\n\r\t \\ \" "}`,
    String.raw`{"Id":"e2","ReportName":"nul \u0000 lone \ud800 pair \ud83d\ude00"}`,
    String.raw`{"Id":"e3","ReportName":"\\N \\. \\r\\n \\x00 C:\\temp"}`,
  ],
  "texts that are another language's syntax": [
    String.raw`{"Id":"s1","ReportName":"'; DROP TABLE activity_event; --","WorkSpaceName":"${"$"}{jndi:ldap://x}"}`,
    String.raw`{"Id":"s2","ReportName":"a,b;c|d\te","UserId":"=cmd|' /C calc'!A0","ItemName":"<script>alert(1)</script>"}`,
    String.raw`{"Id":"s3","ReportName":"\\N","WorkSpaceName":"{\"a\":1}","ItemName":"%s %d ${"$"}1 ?"}`,
    '{"Id":"s4","WorkSpaceName":"../../etc/passwd","ReportName":"CON","DatasetName":"tenant=x/date=2026-01-01"}',
  ],
  "numbers that a double cannot hold": [
    '{"Id":"d1","Big":9007199254740993,"Huge":123456789012345678901234567890,"Tiny":1e-400,"Exp":1E+05}',
    '{"Id":"d2","Zero":-0,"Fraction":1.0,"Long":0.1000000000000000055511151231257827}',
  ],
  "keys that repeat, are empty or stand in an odd order": [
    '{"z":1,"Id":"k1","a":2,"a":3,"":4,"__proto__":{"x":1},"constructor":5,"10":1,"9":2}',
    '{"ID":"k2","id":"other","Id":"third","CREATIONTIME":"x"}',
  ],
  "blanks between tokens": ['{ "Id" : "b1" , \t"UserId":  "x" }', '  {"Id":"b2"}  '],
  "events without or with odd standard fields": [
    "{}",
    '{"Id":null,"CreationTime":null,"Activity":null,"UserId":null}',
    '{"Id":17,"CreationTime":20261120,"Activity":{"a":[1]},"UserId":["a","b"],"IsSuccess":"yes"}',
    '{"Id":"o4","CreationTime":"not a time","RecordType":"twenty","IsSuccess":1}',
    '{"Id":"o5","CreationTime":"2026-11-20T25:61:61Z"}',
    '{"Id":"o6","CreationTime":"0001-01-01T00:00:00"}',
    '{"Id":"o7","CreationTime":"9999-12-31T23:59:59.9999999Z","RecordType":99999999999999999999}',
  ],
  "fields whose type changes from event to event": [
    '{"Id":"t1","DatasetId":"text","RefreshType":1}',
    '{"Id":"t2","DatasetId":5,"RefreshType":"one"}',
    '{"Id":"t3","DatasetId":true,"RefreshType":[1,"two",null,{"three":3}]}',
    '{"Id":"t4","DatasetId":null,"RefreshType":{"deep":{"deeper":{"deepest":[[[[]]]]}}}}',
    '{"Id":"t5","BrandNewField":"never seen before","Datasets":"not a list","ArtifactAccessRequestInfo":0}',
  ],
};
