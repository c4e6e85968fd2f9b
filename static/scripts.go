package static

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// addScripts bundles the scripts: the modules of every page, those of each part, what they share, and the classic scripts.
func (l *library) addScripts(fsys fs.FS) error {
	entries, err := fs.Glob(fsys, "js/*/main.js")
	if err != nil {
		return err
	}
	if err := l.bundle(fsys, api.FormatESModule, append(entries, "js/main.js")); err != nil {
		return err
	}
	return l.bundle(fsys, api.FormatIIFE, []string{"js/theme.js", "js/worker.js"})
}

// bundle bundles and minifies scripts with esbuild and adds the results. The modules of a part are its entry and what that imports,
// without what every page has.
func (l *library) bundle(fsys fs.FS, format api.Format, entries []string) error {
	options := api.BuildOptions{
		Bundle: true, Splitting: format == api.FormatESModule, Format: format, Target: api.ESNext, Outdir: prefix,
		EntryNames: "[dir]/[name].[hash]", ChunkNames: "js/[name].[hash]", Metafile: true, Plugins: []api.Plugin{readFrom(fsys)},
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
	}
	for _, entry := range entries {
		options.EntryPointsAdvanced = append(options.EntryPointsAdvanced, api.EntryPoint{InputPath: entry, OutputPath: strings.TrimSuffix(entry, ".js")})
	}
	built := api.Build(options)
	if len(built.Errors) > 0 {
		return fmt.Errorf("static: bundle the scripts: %s", strings.Join(api.FormatMessages(built.Errors, api.FormatMessagesOptions{}), ""))
	}
	var meta struct {
		Outputs map[string]output `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(built.Metafile), &meta); err != nil {
		return fmt.Errorf("static: read what was bundled: %w", err)
	}
	outputs := map[string]output{}
	for file, o := range meta.Outputs {
		for i := range o.Imports {
			o.Imports[i].Path = outputURL(o.Imports[i].Path)
		}
		outputs[outputURL(file)] = o
	}
	for _, file := range built.OutputFiles {
		url := outputURL(file.Path)
		name := strings.TrimPrefix(outputs[url].EntryPoint, namespace+":")
		if name == "" {
			name = strings.TrimPrefix(url, prefix)
		}
		if err := l.add(name, url, file.Contents); err != nil {
			return err
		}
	}
	if format == api.FormatESModule {
		l.listModules(outputs, entries)
	}
	return nil
}

// output is what esbuild says of a file that it wrote.
type output struct {
	EntryPoint string `json:"entryPoint"`
	Imports    []struct {
		Path string `json:"path"`
		Kind string `json:"kind"`
	} `json:"imports"`
}

// listModules lists the modules of every page under "" and those of each part under its name.
func (l *library) listModules(outputs map[string]output, entries []string) {
	reach := func(entry string) map[string]bool {
		found, next := map[string]bool{}, []string{l.names[entry].url}
		for len(next) > 0 {
			url := next[0]
			next = next[1:]
			if !found[url] {
				found[url] = true
				for _, i := range outputs[url].Imports {
					if i.Kind == "import-statement" { // others are loaded when they're needed
						next = append(next, i.Path)
					}
				}
			}
		}
		delete(found, l.names[entry].url)
		return found
	}
	common := reach("js/main.js")
	for _, entry := range entries {
		part := strings.Trim(strings.TrimPrefix(path.Dir(entry), "js"), "/")
		shared := reach(entry)
		if part != "" {
			maps.DeleteFunc(shared, func(url string, _ bool) bool { return common[url] })
		}
		l.modules[part] = append([]string{l.names[entry].url}, slices.Sorted(maps.Keys(shared))...)
	}
}

// outputURL is the URL of a file that esbuild wrote, from its path, which is absolute or relative to the working directory.
func outputURL(file string) string {
	_, name, _ := strings.Cut("/"+filepath.ToSlash(file), prefix)
	return prefix + name
}

// namespace is what esbuild calls the files of fsys.
const namespace = "static"

// readFrom makes esbuild read the files of fsys instead of the disk.
func readFrom(fsys fs.FS) api.Plugin {
	return api.Plugin{Name: namespace, Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			name := path.Clean(a.Path)
			if a.Kind != api.ResolveEntryPoint {
				name = path.Join(path.Dir(a.Importer), a.Path)
			}
			return api.OnResolveResult{Path: name, Namespace: namespace}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: namespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			body, err := fs.ReadFile(fsys, a.Path)
			text := string(body)
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, err
		})
	}}
}
