/** The long help of the commands that change vaults, hash files, and run the server. */
import type { CommandDetails } from '../command-details.js'

/** How commands that make single requests repeat them. */
export const SINGLE_REQUESTS = 'A request that fails for a reason that may pass is repeated for ten seconds.'

export const JOBS_DETAILS: CommandDetails = {
  paragraphs: [
    `It prints the start, tier, content, ID and state of each job: for a job in progress when it is expected to be complete, for a complete one until when its output is kept. The SNS topic that a job notifies follows. ${SINGLE_REQUESTS}`,
  ],
}

export const UPLOADS_DETAILS: CommandDetails = {
  paragraphs: [
    'It prints the start, part size, ID and description of each upload, and in parentheses the name of the stream, if it differs, and "superseded". Uploads that the catalog has as unknown follow.',
    'With s3://BUCKET or s3://BUCKET/PREFIX, it prints the start, part size (- if another catalog has the upload), ID and key of each multipart upload. They do not expire, and are charged for until they are aborted.',
    'An upload that a living process owns is not aborted. An upload that the service no longer has is only recorded, if the catalog has it as one of this vault and account. IDs that begin with a dash are written as --abort=-x….',
    SINGLE_REQUESTS,
  ],
}

export const VAULT_DETAILS: CommandDetails = { paragraphs: [SINGLE_REQUESTS] }

export const HASH_DETAILS: CommandDetails = {
  paragraphs: [
    'It prints lines of HASH  FILE as sha256sum does, and --check reads them. For a file of up to 1 MiB the two hashes are the same, and each program reads the lines of the other. A newline, a carriage return and a backslash in a name are written \\n, \\r and \\\\, and the line then begins with a backslash. Names are written to stdout byte by byte; on a terminal, control characters are escaped. Node passes arguments as text: a name that is not UTF-8 can be in a list for --check, but not an argument.',
    'A file that cannot be read is reported on stderr and does not stop the others; the exit code is then 1. --check prints FILE: OK, FILE: FAILED or FILE: FAILED open or read, with --quiet only failures. Its exit code is 4 if a file has another hash, else 1 if a file or list cannot be read, a list has no lines, or a line is malformed. Empty lines and lines that begin with # are skipped. Files are read and hashed with a thread for each processor, at most four.',
  ],
}

export const SERVE_DETAILS: CommandDetails = {
  paragraphs: [
    'The server runs until a signal stops it. docs/local-vault.md explains it task by task.',
    'The key pair is taken from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. If AWS_SESSION_TOKEN is set too, clients must send it. If the environment has no key pair, the server creates one and stores it in the folder.',
    'When the server is ready, it prints one line on stdout: the endpoint, or with --json an object with endpoint, with --s3-port also s3Endpoint, region, accountId, accessKeyId, secretAccessKey, keysFrom ("environment" or "folder"), dir, and with --control also controlSecret. Secrets of the environment are never printed: secretAccessKey is missing if the keys are from there, and controlSecret is missing if it is that of GLACIER_PIPE_CONTROL_SECRET.',
    'With --env, it prints commands that set AWS_ENDPOINT_URL_GLACIER, with --s3-port AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_DEFAULT_REGION, the keys unless they are from the environment, and GLACIER_PIPE_SERVE_PID, and then closes stdout. The server keeps running: start it in the background. The command in the example ends when the server is ready.',
    'With --control and --s3-port, the controls and the page have the buckets, too, and one clock is that of vaults and buckets: docs/local-bucket.md.',
    'The passphrase of an encrypted --tls-key is taken from GLACIER_PIPE_TLS_PASSPHRASE. Failures of the server and damaged files are warnings on stderr. When the server stops, it prints the costs of the vaults on stderr, and with --s3-port those of the buckets, but not with --quiet or --json.',
  ],
  examples: [
    { purpose: 'serve the vaults of a folder', line: 'glacier-pipe serve --dir /tmp/vaults --port 8765' },
    {
      purpose: 'start a server for the commands of this shell',
      line: 'eval "$(glacier-pipe serve --dir /tmp/vaults --env &)"',
    },
    { purpose: 'stop it', line: 'kill "$GLACIER_PIPE_SERVE_PID"' },
  ],
}

export const COMPLETION_DETAILS: CommandDetails = {
  paragraphs: [
    'The script completes commands, options, choices and files, and the vaults and archives in the catalog. It reads no network.',
    'In bash, add the line below to ~/.bashrc. In zsh, write the script to a file _glacier-pipe in a folder of $fpath. In fish, write it to ~/.config/fish/completions/glacier-pipe.fish.',
  ],
  examples: [{ purpose: 'complete in this bash', line: 'source <(glacier-pipe completion bash)' }],
}

export const DOCTOR_DETAILS: CommandDetails = {
  paragraphs: [
    'Each check prints one line: ok, warning or FAILED, its subject, and the finding. A second line says what to do. The exit code is 1 if a check failed. No secret key is printed, so that the output can be part of a bug report.',
    'The checks make requests that change nothing. Each ends after 15 seconds. With VAULT, they check whether the vault exists and whether the credentials may list its uploads and jobs, which costs nothing. With --json, each line is an object with check, status, finding and remedy.',
    'With s3://BUCKET or s3://BUCKET/PREFIX, they check whether @aws-sdk/client-s3 is installed, whether the bucket exists in the region of the requests, and whether the credentials may list its objects and uploads and read an object. S3 charges for these three requests: less than US$0.0001 in all. Unfinished uploads are counted, and a warning if the oldest is older than two days: they do not expire, and their parts are charged for. --write begins an upload in the default class and aborts it.',
    'With --local and a folder that has no local vault yet, that is a finding, and the folder is not created.',
  ],
  examples: [
    { purpose: 'find out what is missing before the first backup', line: 'glacier-pipe doctor' },
    { purpose: 'check everything that a nightly put needs', line: 'glacier-pipe doctor backups --write' },
    {
      purpose: 'check a bucket, and the keys under a prefix',
      line: 'glacier-pipe doctor s3://my-backups/nightly/',
    },
  ],
}
