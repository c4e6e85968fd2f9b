package settings

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The default and the limit of backups that are kept.
const (
	defaultBackups = 7
	maxBackups     = 1000
)

// BackupDashboard is the value of BackupTo that names the S3 storage in the dashboard's settings of backups.
const BackupDashboard = "s3"

// readBackup reads the settings of backups. The error lists every invalid one.
func (c *Config) readBackup(getenv func(string) string) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	c.BackupAt, c.BackupTo, c.BackupKeep = getenv("USHER_BACKUP"), getenv("USHER_BACKUP_TO"), defaultBackups
	if c.BackupAt != "" {
		if _, err := time.Parse("15:04", c.BackupAt); err != nil {
			fault("USHER_BACKUP is %q: set it to the time of day of the daily backup, such as 03:30", c.BackupAt)
		}
		if c.BackupTo == "" {
			fault("USHER_BACKUP is set without USHER_BACKUP_TO: set it to the folder or the S3 storage of the backups")
		}
	}
	if c.BackupTo != "" && c.BackupTo != BackupDashboard && !filepath.IsAbs(c.BackupTo) {
		if _, err := ParseS3(c.BackupTo); err != nil {
			fault("USHER_BACKUP_TO is invalid: set it to an absolute path, to s3 for the storage in the dashboard's settings of backups, or to s3://KEY:SECRET@HOST/BUCKET?region=REGION")
		}
	}
	if value := getenv("USHER_BACKUP_KEEP"); value != "" {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxBackups {
			fault("USHER_BACKUP_KEEP is %q: set it to how many backups are kept, from 1 to %d", value, maxBackups)
		}
		c.BackupKeep = n
	}
	switch value := getenv("USHER_BACKUP_RECORDINGS"); value {
	case "", "off":
	case "on":
		c.BackupRecordings = true
	default:
		fault("USHER_BACKUP_RECORDINGS is %q: set it to on or off", value)
	}
	return errors.Join(faults...)
}

// S3 is a place in an S3 storage.
type S3 struct {
	Endpoint, Bucket, Prefix, Region, Key, Secret string
	PathStyle                                     bool // the bucket is part of the path, not of the host
}

// ParseS3 reads s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=REGION. The bucket is in the path unless style=host is given; tls=off
// uses plain HTTP. The error doesn't contain the secret.
func ParseS3(value string) (S3, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User == nil || u.Fragment != "" {
		return S3{}, errors.New("not an S3 address: it has the form s3://KEY:SECRET@HOST/BUCKET?region=REGION")
	}
	secret, _ := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	query := u.Query()
	s := S3{Bucket: bucket, Prefix: strings.Trim(prefix, "/"), Region: query.Get("region"), Key: u.User.Username(), Secret: secret,
		Endpoint: "https://" + u.Host, PathStyle: query.Get("style") != "host"}
	if query.Get("tls") == "off" {
		s.Endpoint = "http://" + u.Host
	}
	if s.Bucket == "" || s.Key == "" || s.Secret == "" || s.Region == "" {
		return S3{}, errors.New("the S3 address has no key, secret, bucket or region: it has the form s3://KEY:SECRET@HOST/BUCKET?region=REGION")
	}
	return s, nil
}
