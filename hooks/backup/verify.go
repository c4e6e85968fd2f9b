package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"usher/hooks/tools/text"
)

// Report is what a verification found.
type Report struct {
	Summary  string   // what was checked
	Problems []string // empty: everything is well
}

// Err returns the problems as an error, or nil.
func (r *Report) Err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(r.Problems, "\n  "))
}

// Open reads the manifest of a backup.
func Open(from Store, name string) (*Manifest, error) {
	in, err := from.open(name, manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: there is no %s in %s", errForeign, manifestFile, name)
		if names, _ := from.list(); len(names) > 0 {
			err = fmt.Errorf("%w\n  The newest backup in %s is %s", err, from, names[len(names)-1])
		}
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return readManifest(in)
}

// Newest returns the newest backup of a store, or fs.ErrNotExist.
func Newest(from Store) (*Manifest, error) {
	names, err := from.list()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the backups in %s: %w", from, err)
	}
	if len(names) == 0 {
		return nil, fs.ErrNotExist
	}
	return Open(from, names[len(names)-1])
}

// Verify reads every file of a backup and compares it with the manifest, and checks the database. S3 is downloaded to scratch.
func Verify(ctx context.Context, from Store, name, scratch string) (*Manifest, *Report, error) {
	m, err := Open(from, name)
	if err != nil {
		return nil, nil, err
	}
	report := &Report{Summary: fmt.Sprintf("%s of %s: %s, %s", name, m.Usher, text.Count(len(m.Files), "file", "files"), text.Bytes(m.Bytes()))}
	path := filepath.Join(scratch, databaseFile)
	if folder, isFolder := from.(folderStore); isFolder {
		path = filepath.Join(string(folder), name, databaseFile)
	}
	for _, file := range m.Files {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if problem := verifyFile(ctx, from, name, file, path); problem != "" {
			report.Problems = append(report.Problems, problem)
		}
	}
	if len(report.Problems) == 0 {
		report.Problems, err = verifyDatabase(path, m)
	}
	return m, report, err
}

func verifyFile(ctx context.Context, from Store, name string, want File, database string) (problem string) {
	in, err := from.open(name, want.Path)
	if err != nil {
		return fmt.Sprintf("%s can't be read: %v", want.Path, err)
	}
	defer in.Close()
	var got File
	if _, isFolder := from.(folderStore); want.Path == databaseFile && !isFolder {
		got, err = writeStream(ctx, in, database)
	} else {
		got.Size, got.SHA256, err = checksum(in)
	}
	switch {
	case err != nil:
		return fmt.Sprintf("%s can't be read: %v", want.Path, err)
	case got.Size != want.Size:
		return fmt.Sprintf("%s has %d bytes instead of %d", want.Path, got.Size, want.Size)
	case got.SHA256 != want.SHA256:
		return fmt.Sprintf("%s was changed after the backup", want.Path)
	}
	return ""
}

// verifyDatabase checks the database of a backup and that the files that it names are in it.
func verifyDatabase(path string, m *Manifest) (problems []string, err error) {
	c, err := openCopy(path)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if problems = c.checkIntegrity(); len(problems) > 0 {
		return problems, nil
	}
	counts, err := c.counts()
	if err != nil {
		return nil, err
	}
	if !maps.Equal(counts, m.Counts) {
		problems = append(problems, "the database doesn't have as many records as the manifest says")
	}
	relations, err := c.checkRelations()
	if err != nil {
		return nil, err
	}
	expected, err := c.expectedFiles(m.Recordings)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, file := range m.Files {
		has[file.Path] = true
	}
	missing := slices.DeleteFunc(expected, func(path string) bool { return has[path] })
	if len(missing) > 0 {
		problems = append(problems, fmt.Sprintf("%d files of records are missing, such as %s", len(missing), missing[0]))
	}
	return append(problems, relations...), nil
}

// VerifyFolder checks a data folder, which a server may be using: the database, the relations and the files of records.
func VerifyFolder(dir string) (*Report, error) {
	c, err := openLive(filepath.Join(dir, databaseFile))
	if err != nil {
		return nil, err
	}
	defer c.close()
	report := &Report{Problems: c.checkIntegrity()}
	if len(report.Problems) > 0 {
		return report, nil
	}
	counts, err := c.counts()
	if err != nil {
		return nil, err
	}
	records := 0
	for _, n := range counts {
		records += n
	}
	report.Summary = fmt.Sprintf("%s: %s in %s", dir, text.Count(records, "record", "records"), text.Count(len(counts), "collection", "collections"))
	relations, err := c.checkRelations()
	if err != nil {
		return nil, err
	}
	expected, err := c.expectedFiles(true)
	if err != nil {
		return nil, err
	}
	report.Problems = append(relations, missingFiles(dir, expected)...)
	return report, nil
}
