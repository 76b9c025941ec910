import type { OperationKind } from "../../src/model/operation-list.js";

/** The first pattern that fits an operation's name says what kind it is; the page itself has no kinds. */
const PATTERNS: readonly (readonly [OperationKind, RegExp])[] = [
  // Looking is harmless whatever is looked at, except where content leaves.
  [
    "export",
    /^(Export|Download|Print|AnalyzeInExcel|AnalyzedByExternal|ConnectFromExternal|ExploreDataExternally|EvaluateDiagnosticsDownload|RunEmailSubscription)/,
  ],
  [
    "security",
    /SASToken|SasToken|StorageSAS|StorageAccountKey|SecretFromKeyVault|EmbedToken|AccessToken|IdentityToken/,
  ],
  [
    "read",
    /^(Get|View|List|Read|Check(?!out)|Preview|Query|Discover|Determine|Explore|Load(?!Lakehouse)|GoalsGet|AdminGet|Detect|EvaluateD|NoActivity|MapUpn)/,
  ],
  [
    "share",
    /^(Share|Publish|Unpublish|AcceptExternalDataShare|Install|Instantiate|Promote|PinReport)|DataShar|ExternalDataShare|EmailSubscription|QuickShare|InPlaceSharing|LinkToExternal|ExternalResource|^(Create|Update|Delete)(Org|Template)?App/,
  ],
  [
    "security",
    /Access|Permission|Role|Members$|Users?$|UsersAssignment|UsersTo|UserGateway|Administrators|CapacityAdmins|Credential|Sensitivity|^DLP|Dlp|TenantKey|TakeOver|TookOver|ConnectionOwner|Principal|Identity|OAuth|Acl$|PrivateEndpoint|InstallerPrincipals|AllowedInUntrusted|ClusterDatasourceUser|CertificationPermission/,
  ],
  [
    "admin",
    /AsAdmin|ViaAdminApi|ViaLockbox|Tenant|AdminFeatureSwitch|Capacity|Gateway|Domain|Extensibility|OrganizationalGallery|VirtualNetwork|VNet|Trial|StorageAccount/,
  ],
];

export function kindOf(operation: string): OperationKind {
  return PATTERNS.find(([, pattern]) => pattern.test(operation))?.[0] ?? "write";
}
